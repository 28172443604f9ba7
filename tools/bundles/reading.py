"""Reading bundles: gather the bytes, pass the gates one after the other, seal what comes through."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from knowledge.case import CaseBundle
from knowledge.rules.bundle_check import Refusal, check_bundle
from tools.bundles.archive import gather_open_zip, gather_zip
from tools.bundles.card_scan import card_numbers
from tools.bundles.content import NamedFile, content_problems, name_problems, named_files
from tools.bundles.document import parse_document
from tools.bundles.folder import gather_folder, read_named
from tools.bundles.limits import DOCUMENT_BYTES
from tools.bundles.paths import CASE, composed, path_problem
from tools.bundles.refused import BundleRefused
from tools.bundles.shape import shape


@dataclass(frozen=True)
class ReadBundle:
    """A bundle that may come in."""

    bundle: CaseBundle
    """With the SHA-256 of every file filled in and times in UTC."""
    files: Mapping[str, bytes]
    """By the path the bundle names them with."""
    digest: str
    """SHA-256 in hex of the canonical `case.json`, which holds the digest of every file."""


def read_bundles(path: Path, *, now: datetime) -> Iterator[ReadBundle]:
    """Read a folder, a zip, a `.jsonl` file, or a folder of those. `now` is aware UTC.

    Raises BundleRefused at the first bundle that may not come in; to see every problem of every bundle before
    anything is done with the first, use `examine_bundles`.
    """
    for each in examine_bundles(path, now=now):
        if isinstance(each, BundleRefused):
            raise each
        yield each


def examine_bundles(path: Path, *, now: datetime) -> Iterator[ReadBundle | BundleRefused]:
    """Like `read_bundles`, but a refused bundle is yielded and the rest is read on."""
    seen: dict[tuple[str, str], str] = {}
    for source in _sources(path):
        for where, found in _examined(source, now):
            if isinstance(found, BundleRefused):
                yield found
                continue
            key = (found.bundle.merchant.id, found.bundle.case_id)
            if key in seen:
                again = Refusal(
                    pointer="/case_id",
                    problem=f"{found.bundle.case_id} was already read from {seen[key]}",
                    mend="send each case once, or give it an id of its own",
                )
                yield BundleRefused(where, [again])
                continue
            seen[key] = where
            yield found


def read_sent(document: bytes, files: Mapping[str, bytes], *, now: datetime, where: str = "the request") -> ReadBundle:
    """Read a case that came as a `case.json` and files by name, over HTTP for example. Raises BundleRefused."""
    return _admit(document, {composed(name): data for name, data in files.items()}, now, where)


def read_sent_zip(file: BinaryIO, *, now: datetime, where: str = "the zip") -> ReadBundle:
    """Read a zip from an open, seekable file. Raises BundleRefused."""
    gathered = gather_open_zip(file, where)
    return _admit(gathered.document, gathered.files, now, where)


def _sources(path: Path) -> list[Path]:
    """The bundles under a path: itself, or what a folder without `case.json` holds."""
    if not path.is_dir() or (path / CASE).exists():
        return [path]
    inside = [
        each
        for each in sorted(path.iterdir())
        if each.suffix in {".zip", ".jsonl"} or (each.is_dir() and not each.is_symlink() and (each / CASE).exists())
    ]
    return inside or [path]


def _examined(path: Path, now: datetime) -> Iterator[tuple[str, ReadBundle | BundleRefused]]:
    where = str(path)
    try:
        if path.is_dir():
            gathered = gather_folder(path)
        elif path.suffix == ".jsonl":
            yield from _examined_lines(path, now)
            return
        elif path.is_file():
            gathered = gather_zip(path)
        else:
            missing = Refusal(pointer=path.name, problem="there is nothing here", mend="name a folder, zip or .jsonl")
            raise BundleRefused(where, [missing])
        yield where, _admit(gathered.document, gathered.files, now, where)
    except BundleRefused as refused:
        yield where, refused


def _examined_lines(path: Path, now: datetime) -> Iterator[tuple[str, ReadBundle | BundleRefused]]:
    """Each line is a `case.json` whose files lie relative to the `.jsonl`'s own folder."""
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(DOCUMENT_BYTES + 2):
            number += 1
            where = f"{path}, line {number}"
            if not line.strip():
                continue
            try:
                yield where, _admit_line(line.rstrip(b"\r\n"), path.parent, now, where)
            except BundleRefused as refused:
                yield where, refused
            if len(line) > DOCUMENT_BYTES and not line.endswith(b"\n"):
                # What follows is the rest of an oversized line and no document of its own.
                while (rest := lines.readline(DOCUMENT_BYTES)) and not rest.endswith(b"\n"):
                    pass


def _admit_line(line: bytes, folder: Path, now: datetime, where: str) -> ReadBundle:
    bundle = shape(parse_document(line, where), where)
    named = named_files(bundle)
    safe = [each.path for each in named if path_problem(each.path) is None]
    files, unread = read_named(folder, safe)
    return _seal(bundle, named, files, [*unread, *_problems(bundle, named, files, now, closed=False)], where)


def _admit(document: bytes, files: Mapping[str, bytes], now: datetime, where: str) -> ReadBundle:
    bundle = shape(parse_document(document, where), where)
    named = named_files(bundle)
    return _seal(bundle, named, files, _problems(bundle, named, files, now, closed=True), where)


def _problems(
    bundle: CaseBundle, named: list[NamedFile], files: Mapping[str, bytes], now: datetime, *, closed: bool
) -> list[Refusal]:
    return [
        *check_bundle(bundle, now),
        *name_problems(named),
        *content_problems(named, files, closed=closed),
        *card_numbers(bundle, named, files),
    ]


def _seal(
    bundle: CaseBundle, named: list[NamedFile], files: Mapping[str, bytes], refusals: list[Refusal], where: str
) -> ReadBundle:
    if refusals:
        raise BundleRefused(where, refusals)
    by_path = {each.path: files[composed(each.path)] for each in named}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in by_path.items()}
    sealed = bundle.model_copy(
        update={
            "photos": tuple(p.model_copy(update={"sha256": digests[p.path]}) for p in bundle.photos),
            "documents": tuple(d.model_copy(update={"sha256": digests[d.path]}) for d in bundle.documents),
            "shipments": tuple(
                s if s.tracking is None else s.model_copy(update={"tracking_sha256": digests[s.tracking]})
                for s in bundle.shipments
            ),
        }
    )
    return ReadBundle(bundle=sealed, files=by_path, digest=hashlib.sha256(canonical(sealed)).hexdigest())


def canonical(bundle: CaseBundle) -> bytes:
    """The one spelling of a bundle: sorted keys, times in UTC, nothing written that is a default.

    Leaving defaults out keeps digests the same when the format gains an optional field.
    """
    fields = bundle.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
