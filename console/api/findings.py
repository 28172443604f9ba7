"""What Amends made of cases: decisions, letters and packets, outcomes."""

from typing import Literal, cast

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, TypeAdapter

from console.api.caller import OpenHouse, ReadsCases, ReadsLetters
from console.api.cursors import Cursor, Limit, cursor_of, key_of
from console.api.paths import CaseId, DecisionId, Sha256
from console.api.shapes import (
    DecisionListed,
    DecisionRead,
    DocumentListed,
    OutcomeListed,
    Page,
    ReasonRead,
    RungRead,
)
from console.api.specification import answers
from console.web.security.seen import record_export, record_view
from knowledge.decision import Decision, DefenceDecision
from tools.records.case_pages import CasePages

router = APIRouter()
_DOCUMENTS = frozenset({"letter", "packet", "proof"})
_PDF = "application/pdf"
_KEY: TypeAdapter[tuple[AwareDatetime, str, int]] = TypeAdapter(tuple[AwareDatetime, str, int])


@router.get(
    "/cases/{case_id}/decisions", operation_id="list_decisions", tags=["decisions"], responses=answers(403, 404, 422)
)
async def list_decisions(case_id: CaseId, key: ReadsCases, house: OpenHouse) -> Page[DecisionListed]:
    """Every decision on the case, oldest first; all in one page."""
    found = await CasePages(house.installation.records).decisions(key.merchant, case_id)
    return Page(items=tuple(DecisionListed(**each.model_dump()) for each in found), next_cursor=None)


@router.get(
    "/cases/{case_id}/decisions/{decision_id}", operation_id="read_decision", tags=["decisions"],
    responses=answers(403, 404, 422),
)  # fmt: skip
async def read_decision(case_id: CaseId, decision_id: DecisionId, key: ReadsCases, house: OpenHouse) -> DecisionRead:
    """A decision with its reasons, as it was recorded. Reading it is recorded."""
    installation = house.installation
    decision = await installation.cases.decision(key.merchant, case_id, decision_id)
    await record_view(house, key, case_id, "decision", decision_id)
    reasons = tuple(ReasonRead(rule=each.rule, text=each.text, source=each.source) for each in decision.reasons)
    match decision:
        case Decision():
            return DecisionRead(
                decision_id=decision_id,
                kind="refund",
                resolution=decision.resolution,
                amount=decision.amount,
                floor=decision.floor,
                fair_low=decision.fair_low,
                fair_high=decision.fair_high,
                ladder=tuple(
                    RungRead(resolution=each.resolution, amount=each.amount, needs=each.needs)
                    for each in decision.ladder
                ),
                route=decision.route,
                review_because=decision.review_because,
                reasons=reasons,
                question=decision.question,
                policy_version=decision.policy_version,
                rule_version=decision.rule_version,
            )
        case DefenceDecision():
            return DecisionRead(
                decision_id=decision_id,
                kind="defence",
                stance=decision.stance,
                amount=decision.contested,
                route=decision.route,
                review_because=decision.review_because,
                reasons=reasons,
                question=decision.question,
                policy_version=decision.policy_version,
                rule_version=decision.rule_version,
            )


@router.get(
    "/cases/{case_id}/documents", operation_id="list_documents", tags=["letters"], responses=answers(403, 404, 422)
)
async def list_documents(case_id: CaseId, key: ReadsLetters, house: OpenHouse) -> Page[DocumentListed]:
    """Letters, packets and proofs of the case, oldest first; all in one page."""
    found = await house.installation.cases.artifacts(key.merchant, case_id)
    listed = tuple(
        DocumentListed(
            kind=cast(Literal["letter", "packet", "proof"], each.kind),
            name=each.name,
            sha256=each.sha256,
            size=each.size,
            saved_at=each.saved_at,
        )
        for each in found
        if each.kind in _DOCUMENTS
    )
    return Page(items=listed, next_cursor=None)


@router.get(
    "/cases/{case_id}/documents/{sha256}", operation_id="read_document", tags=["letters"], response_class=Response,
    responses={
        200: {
            "description": "The packet as PDF; letter and proof as JSON.",
            "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}, "application/json": {"schema": {}}},
        },
        **answers(403, 404, 422),
    },
)  # fmt: skip
async def read_document(case_id: CaseId, sha256: Sha256, key: ReadsLetters, house: OpenHouse) -> Response:
    """A letter, packet or proof, byte for byte. Reading it is recorded."""
    installation = house.installation
    found = await installation.cases.artifacts(key.merchant, case_id)
    kept = next((each for each in found if each.sha256 == sha256 and each.kind in _DOCUMENTS), None)
    if kept is None:
        raise LookupError(f"case {case_id} has no document {sha256}")
    content = await installation.cases.artifact(key.merchant, case_id, sha256)
    await record_export(house, key, "document", sha256, case_id)
    kind = _PDF if kept.kind == "packet" else "application/json"
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{kept.name}"'})


@router.get("/outcomes", operation_id="list_outcomes", tags=["outcomes"], responses=answers(403, 422))
async def list_outcomes(
    key: ReadsCases, house: OpenHouse, cursor: Cursor = None, limit: Limit = 50
) -> Page[OutcomeListed]:
    """What came of cases, oldest first. A case that is taken up again, after an appeal, has several: the last holds."""
    after = key_of(cursor, _KEY)
    found = await CasePages(house.installation.records).outcomes(key.merchant, after=after, limit=limit + 1)
    shown = found[:limit]
    following = cursor_of((shown[-1].at, shown[-1].case_id, shown[-1].seq)) if len(found) > limit else None
    items = tuple(OutcomeListed(**each.model_dump(exclude={"seq", "amount"}), amount=each.amount) for each in shown)
    return Page(items=items, next_cursor=following)
