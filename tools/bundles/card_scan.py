"""Full card numbers are refused at the door (PCI DSS 3.3): what never came in need not be protected or erased."""

from collections.abc import Iterator, Mapping
from typing import cast

from knowledge.case import CaseBundle
from knowledge.rules.bundle_check import Refusal
from tools.bundles.content import NamedFile, document_text
from tools.bundles.paths import composed
from tools.bundles.refused import pointer_to
from tools.files.card_numbers import find_card_numbers

# Ids of carriers and processors, digests and file names: long digits there are what the field is for.
_NUMBERS_BY_NATURE = frozenset(
    {"tracking_number", "processor_reference", "dispute_id", "authorization_code", "sha256", "tracking_sha256", "path"}
    | {"tracking", "id", "case_id", "sku", "skus", "ip", "device_id", "fingerprint", "account_id", "reference"}
)
_MEND = "remove it, or keep the last four digits only"


def card_numbers(bundle: CaseBundle, named: list[NamedFile], files: Mapping[str, bytes]) -> Iterator[Refusal]:
    """A refusal for each text of the case, and each plain-text document, that holds a full card number."""
    yield from _in(bundle.model_dump(mode="json", exclude_defaults=True), ())
    for each in named:
        if each.slot == "document" and (text := document_text(files.get(composed(each.path), b""))):
            yield from _in(text, (each.path,), pointer=each.at)


def _in(node: object, path: tuple[str | int, ...], pointer: str | None = None) -> Iterator[Refusal]:
    if isinstance(node, str):
        if find_card_numbers(node):
            yield Refusal(pointer=pointer or pointer_to(*path), problem="the text holds a full card number", mend=_MEND)
    elif isinstance(node, dict):
        for key, part in cast(dict[str, object], node).items():
            # An item's attributes are named by the merchant, whose "id" or "reference" promises nothing.
            if key not in _NUMBERS_BY_NATURE or "attributes" in path:
                yield from _in(part, (*path, key))
    elif isinstance(node, list):
        for index, part in enumerate(cast(list[object], node)):
            yield from _in(part, (*path, index))
