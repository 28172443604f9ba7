"""Bundles as folders: regular files only, no links, bounded in number, depth and size."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.rules.bundle_check import Refusal
from tools.bundles.gathered import Gathered, bundle_too_large, no_case, too_large
from tools.bundles.limits import BUNDLE_BYTES, DOCUMENT_BYTES, ENTRIES, FILE_BYTES
from tools.bundles.paths import CASE, composed, path_refusal, readable, repeated_names
from tools.bundles.refused import BundleRefused


def gather_folder(folder: Path) -> Gathered:
    """Read a folder. Raises BundleRefused with every entry that may not be there."""
    names: list[str] = []
    refusals: list[Refusal] = []
    for name, problem in _walk(folder):
        if problem is None:
            names.append(name)
        else:
            refusals.append(problem)
    names.sort()
    refusals += repeated_names(names)
    if CASE not in names:
        refusals.append(no_case(folder.name))
    if refusals:
        raise BundleRefused(str(folder), refusals)
    files, unread = read_named(folder, names)
    if unread:
        raise BundleRefused(str(folder), unread)
    return Gathered(document=files.pop(CASE), files=files)


def _walk(folder: Path) -> Iterator[tuple[str, Refusal | None]]:
    count = 0
    pending = [""]
    while pending:
        prefix = pending.pop()
        with os.scandir(folder / prefix) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                count += 1
                if count > ENTRIES:
                    yield (
                        "",
                        Refusal(
                            pointer=readable(prefix or "."),
                            problem=f"more than {ENTRIES} files and folders",
                            mend="send the files that case.json names and no others",
                        ),
                    )
                    return
                name = f"{prefix}/{entry.name}" if prefix else entry.name
                problem = path_refusal(readable(name), name)
                if problem is None and entry.is_dir(follow_symlinks=False):
                    pending.append(name)
                    continue
                if problem is None and not entry.is_file(follow_symlinks=False):
                    problem = _not_a_file(name)
                yield name, problem


def _not_a_file(name: str) -> Refusal:
    return Refusal(
        pointer=readable(name),
        problem="a link or a special file, not a regular one",
        mend="put the file itself in its place",
    )


def read_named(folder: Path, names: Sequence[str]) -> tuple[dict[str, bytes], list[Refusal]]:
    """Read files of `folder` by relative names already found safe, without following links.

    Returns the bytes by composed name, and a refusal for each file that could not be read within the limits.
    Names that do not exist are left out of both.
    """
    files: dict[str, bytes] = {}
    refusals: list[Refusal] = []
    room = BUNDLE_BYTES
    for name in names:
        limit = DOCUMENT_BYTES if name == CASE else FILE_BYTES
        try:
            data = _read(folder, name, limit + 1)
        except FileNotFoundError:
            continue
        except OSError:
            refusals.append(_not_a_file(name))
            continue
        room -= len(data)
        if len(data) > limit:
            refusals.append(too_large(name, limit))
        elif room < 0:
            refusals.append(bundle_too_large(name))
            break
        else:
            files[composed(name)] = data
    return files, refusals


def _read(folder: Path, name: str, at_most: int) -> bytes:
    """Open step by step from the folder, so that no part of the path can be a link, even one put there meanwhile."""
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        *folders, last = name.split("/")
        for part in folders:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        # Non-blocking, or opening a pipe would wait for a writer.
        opened = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    finally:
        os.close(here)
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError("not a regular file")
        return file.read(at_most)
