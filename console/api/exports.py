"""Months as files, for accounting systems: lines, totals, the journal, the workbook."""

from typing import Literal

from fastapi import APIRouter, Response

from console.api.caller import Exports, OpenHouse, actor_of
from console.api.problems import Refused
from console.api.shapes import ExportAsked
from console.api.specification import answers
from knowledge.finance.month import Month
from knowledge.rules.policy import HOUSE_POLICY
from tools.finance_files.exports import KINDS, FinanceExports
from tools.records.month_close import MonthRefused

router = APIRouter(tags=["exports"])
_EXAMPLE = {"month": "2026-10", "kind": "journal"}
_FILES: dict[str, dict[Literal["schema"], dict[str, str]]] = {
    media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
    for _, media_type, _ in KINDS.values()
}


@router.post(
    "/exports", operation_id="export_month", response_class=Response,
    openapi_extra={"requestBody": {"content": {"application/json": {"example": _EXAMPLE}}}},
    responses={200: {"description": "The file.", "content": _FILES}, **answers(400, 403, 409, 413, 422)},
)  # fmt: skip
async def export_month(asked: ExportAsked, key: Exports, house: OpenHouse) -> Response:
    """A month as a file, of the lines that were closed, or as they stand while it is open. Making it is recorded."""
    exports = FinanceExports(house.installation.records, HOUSE_POLICY)
    try:
        made = await exports.make(key.merchant, Month.parse(asked.month), asked.kind, by=actor_of(key))
    except MonthRefused as refused:
        raise Refused(409, str(refused)) from None
    headers = {"content-disposition": f'attachment; filename="{made.name}"', "x-content-sha256": made.sha256}
    return Response(made.content, media_type=made.media_type, headers=headers)
