"""Where two JSON documents differ."""

from collections.abc import Iterator
from typing import cast

from tools.bundles.refused import pointer_to

_MOST = 100  # pointers listed; whoever reads further than that compares the documents


def differences(old: object, new: object) -> tuple[str, ...]:
    """JSON pointers (RFC 6901) of the smallest parts that were added, removed or changed, 100 at most, in order."""
    return tuple(pointer for pointer, _ in zip(_walk(old, new, ()), range(_MOST), strict=False))


def _walk(old: object, new: object, path: tuple[str | int, ...]) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = cast(dict[str, object], old), cast(dict[str, object], new)
        for key in sorted(before.keys() | after.keys()):
            if key in before and key in after:
                yield from _walk(before[key], after[key], (*path, key))
            else:
                yield pointer_to(*path, key)
    elif isinstance(old, list) and isinstance(new, list):
        earlier, later = cast(list[object], old), cast(list[object], new)
        for index in range(max(len(earlier), len(later))):
            if index < len(earlier) and index < len(later):
                yield from _walk(earlier[index], later[index], (*path, index))
            else:
                yield pointer_to(*path, index)
    elif old != new or isinstance(old, bool) != isinstance(new, bool):  # JSON's true is not its 1
        yield pointer_to(*path)
