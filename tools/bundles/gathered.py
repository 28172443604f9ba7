"""A bundle's bytes, gathered from wherever it lies before anything in them is believed."""

from dataclasses import dataclass

from knowledge.rules.bundle_check import Refusal
from tools.bundles.limits import BUNDLE_BYTES, MIB


@dataclass(frozen=True)
class Gathered:
    """`case.json` and every other file, by its composed name."""

    document: bytes
    files: dict[str, bytes]


def too_large(name: str, limit: int) -> Refusal:
    """The refusal of a file over `limit` bytes."""
    return Refusal(pointer=name, problem=f"larger than {limit // MIB} MiB", mend="send a smaller file")


def bundle_too_large(name: str) -> Refusal:
    """The refusal of a bundle over its limit, at the file that passed it."""
    return Refusal(
        pointer=name,
        problem=f"the bundle is larger than {BUNDLE_BYTES // MIB} MiB with this file",
        mend="leave out what the case does not need",
    )


def no_case(where: str) -> Refusal:
    """The refusal of a folder or zip without its `case.json`."""
    return Refusal(
        pointer="case.json",
        problem=f"{where} has no case.json at its top",
        mend="put case.json beside the files, not inside a folder of its own",
    )
