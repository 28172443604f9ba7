"""Bundles as zips: what the directory promises is checked first, what the streams hold is measured while reading."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from knowledge.rules.bundle_check import Refusal
from tools.bundles.gathered import Gathered, bundle_too_large, no_case, too_large
from tools.bundles.limits import (
    BUNDLE_BYTES,
    DIRECTORY_BYTES,
    DOCUMENT_BYTES,
    ENTRIES,
    FILE_BYTES,
    MIB,
    RATIO,
    RATIO_FROM_BYTES,
)
from tools.bundles.paths import CASE, composed, path_refusal, readable, repeated_names
from tools.bundles.refused import BundleRefused

_END = b"PK\x05\x06"
_END_BYTES = 22
_LONGEST_COMMENT = 65_535
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
_STEP = 64 * 1024


def gather_zip(path: Path) -> Gathered:
    """Read a zip from disk. Raises BundleRefused."""
    with path.open("rb") as file:
        return gather_open_zip(file, str(path))


def gather_open_zip(file: BinaryIO, where: str) -> Gathered:
    """Read a zip from an open, seekable file. Raises BundleRefused naming `where`."""
    early = _directory_problem(file)
    if early is not None:
        raise BundleRefused(where, [early])
    try:
        with zipfile.ZipFile(file) as archive:
            return _gather(archive, where)
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, ValueError, EOFError, zlib.error) as error:
        if isinstance(error, BundleRefused):
            raise
        raise BundleRefused(where, [_broken(str(error))]) from error


def _broken(what: str, pointer: str = "(zip)") -> Refusal:
    return Refusal(pointer=pointer, problem=f"the zip is broken: {readable(what)}", mend="make the zip again")


def _directory_problem(file: BinaryIO) -> Refusal | None:
    """Look at the end record before `zipfile` does: it would read a directory of any size into memory."""
    size = file.seek(0, 2)
    if size > BUNDLE_BYTES + DIRECTORY_BYTES:
        return too_large("(zip)", BUNDLE_BYTES)
    tail_from = max(0, size - _END_BYTES - _LONGEST_COMMENT - _ZIP64_LOCATOR_BYTES)
    file.seek(tail_from)
    tail = file.read()
    file.seek(0)
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        return Refusal(pointer="(zip)", problem="is not a zip file", mend="send a zip, or a folder")
    entries, directory = struct.unpack_from("<HL", tail, end + 10)
    if tail[max(0, end - _ZIP64_LOCATOR_BYTES) : end].startswith(_ZIP64_LOCATOR) or entries == 0xFFFF:
        return Refusal(pointer="(zip)", problem="is a zip64", mend="make a plain zip; a bundle needs no zip64")
    if entries > ENTRIES or directory > DIRECTORY_BYTES:
        return Refusal(
            pointer="(zip)",
            problem=f"has {entries} entries, more than {ENTRIES}, or a directory over {DIRECTORY_BYTES // MIB} MiB",
            mend="send the files that case.json names and no others",
        )
    return None


def _gather(archive: zipfile.ZipFile, where: str) -> Gathered:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    # zipfile cuts names at a NUL; the name as written is the one to judge.
    refusals = [problem for entry in archive.infolist() for problem in _entry_problems(entry)]
    refusals += repeated_names([entry.orig_filename for entry in entries])
    if CASE not in [entry.orig_filename for entry in entries]:
        refusals.append(no_case("the zip"))
    if len(archive.infolist()) > ENTRIES:
        refusals.append(_broken("more entries than its end record says"))
    if refusals:
        raise BundleRefused(where, refusals)
    files: dict[str, bytes] = {}
    room = BUNDLE_BYTES
    for entry in entries:
        read = _read(archive, entry, room)
        if isinstance(read, Refusal):
            raise BundleRefused(where, [read])
        room -= len(read)
        files[composed(entry.filename)] = read
    return Gathered(document=files.pop(CASE), files=files)


def _entry_problems(entry: zipfile.ZipInfo) -> Iterator[Refusal]:
    name = entry.orig_filename
    pointer = readable(name)
    if not entry.flag_bits & _NAME_IS_UTF8 and not name.isascii():
        yield Refusal(pointer=pointer, problem="the name is not UTF-8", mend="rename it, or use a zip tool of this age")
    elif problem := path_refusal(pointer, name.removesuffix("/")):
        yield problem
    if entry.flag_bits & _ENCRYPTED:
        yield Refusal(pointer=pointer, problem="the entry is encrypted", mend="send the zip without a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield Refusal(
            pointer=pointer, problem="the entry is compressed in an unusual way", mend="use deflate or no compression"
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield Refusal(
            pointer=pointer,
            problem="a link or a special file, not a regular one",
            mend="put the file itself in its place",
        )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes | Refusal:
    """The entry's bytes, counted while they stream: the size in the header is the sender's word."""
    limit = DOCUMENT_BYTES if entry.filename == CASE else FILE_BYTES
    read = bytearray()
    try:
        with archive.open(entry) as stream:
            while step := stream.read(_STEP):
                read += step
                if len(read) > limit:
                    return too_large(entry.filename, limit)
                if len(read) > room:
                    return bundle_too_large(entry.filename)
                if len(read) > RATIO_FROM_BYTES and len(read) > RATIO * max(entry.compress_size, 1):
                    return Refusal(
                        pointer=entry.filename,
                        problem=f"unpacks to more than {RATIO} times its size",
                        mend="send the file as it is",
                    )
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError) as error:
        return _broken(str(error), entry.filename)
    if len(read) != entry.file_size:
        return _broken("an entry is shorter than its header says", entry.filename)
    return bytes(read)
