"""Bundles and additions as requests carry them: JSON alone, multipart with files, or a zip."""

import asyncio
from datetime import UTC, datetime
from io import BytesIO

from fastapi import Request
from starlette.datastructures import UploadFile

from console.api.problems import Refused, refused_field
from tools.bundles import ReadBundle, read_sent, read_sent_zip
from tools.bundles.document import parse_document
from tools.bundles.limits import DOCUMENT_BYTES, ENTRIES
from tools.bundles.shape import shaped
from tools.records.case_words import EvidenceAddition

JSON, ZIP, MULTIPART = "application/json", "application/zip", "multipart/form-data"
_WHERE = "the request"


def media_type(request: Request) -> str:
    """The request's media type without parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def sent_parts(request: Request, document: str) -> tuple[bytes, dict[str, bytes]]:
    """The part named `document` and the files of a multipart body, by their file names.

    Refused (422) when the document is missing or two files have one name.
    """
    async with request.form(max_files=ENTRIES, max_fields=ENTRIES, max_part_size=DOCUMENT_BYTES + 1) as form:
        found: bytes | None = None
        files: dict[str, bytes] = {}
        for name, part in form.multi_items():
            content = await part.read() if isinstance(part, UploadFile) else part.encode()
            if name == document:
                found = content
            elif not isinstance(part, UploadFile) or not part.filename:
                raise refused_field(f"/{name}", "is neither the document nor a file", "leave it out, or name the file")
            elif part.filename in files:
                raise refused_field(f"/{name}", "another file has the same name", "give each file a name of its own")
            else:
                files[part.filename] = content
    if found is None:
        raise refused_field(f"/{document}", "the part is missing", f"send it as a part named {document}")
    return found, files


async def sent_bundle(request: Request) -> ReadBundle:
    """The bundle of the request. BundleRefused with everything wrong in it, Refused for another media type."""
    now = datetime.now(UTC)
    match media_type(request):
        case "application/json":
            document, files = await request.body(), dict[str, bytes]()
        case "multipart/form-data":
            document, files = await sent_parts(request, "case")
        case "application/zip":
            archive = BytesIO(await request.body())
            return await asyncio.to_thread(read_sent_zip, archive, now=now, where=_WHERE)
        case _:
            raise Refused(415, f"send {JSON}, {MULTIPART} or {ZIP}")
    return await asyncio.to_thread(read_sent, document, files, now=now, where=_WHERE)


async def sent_addition(request: Request) -> tuple[EvidenceAddition, dict[str, bytes]]:
    """The evidence of the request and its files. BundleRefused with everything wrong in its shape."""
    match media_type(request):
        case "application/json":
            document, files = await request.body(), dict[str, bytes]()
        case "multipart/form-data":
            document, files = await sent_parts(request, "evidence")
        case _:
            raise Refused(415, f"send {JSON} or {MULTIPART}")
    return await asyncio.to_thread(_addition, document), files


def _addition(document: bytes) -> EvidenceAddition:
    addition = shaped(parse_document(document, _WHERE), EvidenceAddition, _WHERE)
    if not any((addition.messages, addition.photos, addition.documents, addition.shipments)):
        raise refused_field("", "there is nothing to add", "name a message, photo, document or shipment")
    return addition
