from pathlib import Path

import pytest

from tests.tools.bundles.lamp_bundle import NOW
from tests.tools.bundles.malformed import MALFORMED, MalformedBundle
from tools.bundles import BundleRefused, examine_bundles


@pytest.mark.parametrize("malformed", MALFORMED, ids=lambda each: each.name)
def test_a_malformed_bundle_is_refused_at_its_place_with_the_mend(malformed: MalformedBundle, tmp_path: Path):
    path = malformed.build(tmp_path)

    refused = [each for each in examine_bundles(path, now=NOW) if isinstance(each, BundleRefused)]

    assert len(refused) == 1
    found = [each for each in refused[0].refusals if each.pointer == malformed.expect_pointer]
    assert len(found) == 1, refused[0].refusals
    said = f"{found[0].problem}; {found[0].mend}"
    assert [word for word in malformed.expect_words if word not in said] == []
    assert found[0].mend


def test_every_malformed_bundle_has_a_name_of_its_own():
    names = [each.name for each in MALFORMED]
    assert len(names) == len(set(names)) >= 35
