"""The files a bundle names: present, hashed as said, and of a kind their place allows, told by their bytes."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from knowledge.case import CaseBundle
from knowledge.rules.bundle_check import Refusal
from tools.bundles.limits import MIB, TRACKING_BYTES
from tools.bundles.paths import composed, path_problem, path_refusal, readable
from tools.files.images import UndecodableImage, check_picture

_PDF = b"%PDF-"
_PDF_END = b"%%EOF"
_PDF_TAIL = 2048
"""Bytes. ISO 32000-1, annex H, lets readers look for the end mark in the last kilobyte; updates add some."""
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_NO_TEXT = frozenset(range(32)) - {9, 10, 12, 13}


@dataclass(frozen=True)
class NamedFile:
    """A place in the bundle that names a file."""

    pointer: str
    """Of the entry that names it."""
    field: Literal["path", "tracking"]
    path: str
    sha256: str | None
    slot: Literal["photo", "document", "tracking"]

    @property
    def at(self) -> str:
        """Pointer to the name itself."""
        return f"{self.pointer}/{self.field}"


def named_files(bundle: CaseBundle) -> list[NamedFile]:
    """Every file the bundle names, photos first."""
    return [
        *(NamedFile(f"/photos/{i}", "path", p.path, p.sha256, "photo") for i, p in enumerate(bundle.photos)),
        *(NamedFile(f"/documents/{i}", "path", d.path, d.sha256, "document") for i, d in enumerate(bundle.documents)),
        *(
            NamedFile(f"/shipments/{i}", "tracking", s.tracking, s.tracking_sha256, "tracking")
            for i, s in enumerate(bundle.shipments)
            if s.tracking is not None
        ),
    ]


def name_problems(named: list[NamedFile]) -> list[Refusal]:
    """Names that lead out of the bundle, or that are used twice."""
    found = [problem for each in named if (problem := path_refusal(each.at, each.path))]
    seen: set[str] = set()
    for each in named:
        key = composed(each.path).casefold()
        if key in seen:
            found.append(
                Refusal(pointer=each.at, problem="another entry names the same file", mend="name each file once")
            )
        seen.add(key)
    return found


def content_problems(named: list[NamedFile], files: Mapping[str, bytes], *, closed: bool) -> Iterator[Refusal]:
    """Missing, empty, altered or unsuitable files; in a `closed` bundle also files that nothing names."""
    for each in named:
        data = files.get(composed(each.path))
        if path_problem(each.path) is not None:
            continue
        if data is None:
            yield Refusal(
                pointer=each.at,
                problem=f"the bundle has no file {readable(each.path)}",
                mend="add the file, or correct its name",
            )
        elif not data:
            yield Refusal(pointer=each.at, problem="the file is empty", mend="send the file again, or leave it out")
        else:
            digest = hashlib.sha256(data).hexdigest()
            if each.sha256 is not None and each.sha256 != digest:
                field = "sha256" if each.field == "path" else "tracking_sha256"
                yield Refusal(
                    pointer=f"{each.pointer}/{field}",
                    problem=f"the file's SHA-256 is {digest}",
                    mend="send the file as it was hashed, or correct the hash",
                )
            if (problem := _kind_problem(each, data)) is not None:
                yield problem
    if closed:
        wanted = {composed(each.path) for each in named}
        for name in sorted(set(files) - wanted):
            yield Refusal(
                pointer=readable(name), problem="case.json does not name this file", mend="name it there, or remove it"
            )


def _kind_problem(named: NamedFile, data: bytes) -> Refusal | None:
    match named.slot:
        case "photo":
            return _picture_problem(named.at, data)
        case "document":
            return _document_problem(named.at, data)
        case "tracking":
            return _tracking_problem(named.at, data)


def _picture_problem(pointer: str, data: bytes) -> Refusal | None:
    try:
        check_picture(data)
    except UndecodableImage as error:
        return Refusal(pointer=pointer, problem=str(error), mend="send it as a whole JPEG, PNG or WebP")
    return None


def _document_problem(pointer: str, data: bytes) -> Refusal | None:
    if data.startswith(_PDF):
        if _PDF_END in data[-_PDF_TAIL:]:
            return None
        return Refusal(pointer=pointer, problem="the PDF is cut off", mend="send the whole file")
    if data.startswith(_PICTURES):
        return _picture_problem(pointer, data)
    if document_text(data) is not None:
        return None
    return Refusal(
        pointer=pointer, problem="the file is no PDF, picture or text", mend="send it as PDF, PNG, JPEG or UTF-8 text"
    )


def document_text(data: bytes) -> str | None:
    """The text of a plain-text document; None for anything else."""
    if data.startswith((_PDF, *_PICTURES)) or not _NO_TEXT.isdisjoint(data):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _tracking_problem(pointer: str, data: bytes) -> Refusal | None:
    if len(data) > TRACKING_BYTES:
        return Refusal(
            pointer=pointer,
            problem=f"the carrier's answer is larger than {TRACKING_BYTES // MIB} MiB",
            mend="send the answer for this parcel alone",
        )
    try:
        text = data.decode("utf-8-sig")
        if text.lstrip().startswith("<"):
            fromstring(data, forbid_dtd=True)
        elif not isinstance(json.loads(text), dict | list):
            raise ValueError("not an object or list")
    except (ValueError, ParseError, DefusedXmlException, RecursionError):
        return Refusal(
            pointer=pointer,
            problem="the carrier's answer is neither JSON nor XML",
            mend="send the answer's body as it came, in UTF-8 and without a document type",
        )
    return None
