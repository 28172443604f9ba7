"""The buyer's own page, opened by a signed link and nothing else: where things stand, and what they may answer."""
