"""How much a bundle may hold. Everything is read against these and never against what a header promises."""

MIB = 1024 * 1024

DOCUMENT_BYTES = 4 * MIB
"""`case.json`, or one line of a JSON Lines file."""
FILE_BYTES = 25 * MIB
TRACKING_BYTES = 2 * MIB
"""A carrier's answer is parsed whole, so it gets less room than a picture."""
BUNDLE_BYTES = 100 * MIB
ENTRIES = 250
"""Files and folders in one bundle: the format's 50 photos, 50 documents and 20 parcels, with room to spare."""
DIRECTORY_BYTES = MIB
"""A zip's central directory, which is read whole before the first entry."""
RATIO = 200
"""Uncompressed to compressed. Text seldom passes 20; a bomb starts around 1000."""
RATIO_FROM_BYTES = MIB
"""Below this the ratio is not looked at: a short repetitive text compresses well and harms nobody."""
PATH_DEPTH = 8
NESTING = 32
"""Objects and lists inside one another in `case.json`; the format needs 7."""
