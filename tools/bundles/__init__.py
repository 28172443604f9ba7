"""Case bundles on their way in: a folder, a zip or JSON Lines become cases, or are refused with every mend."""

from knowledge.rules.bundle_check import Refusal
from tools.bundles.reading import ReadBundle, canonical, examine_bundles, read_bundles, read_sent, read_sent_zip
from tools.bundles.refused import BundleRefused
from tools.bundles.schema import case_schema

__all__ = [
    "BundleRefused",
    "ReadBundle",
    "Refusal",
    "canonical",
    "case_schema",
    "examine_bundles",
    "read_bundles",
    "read_sent",
    "read_sent_zip",
]
