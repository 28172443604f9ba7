"""Cases: pushed in as bundles, listed in pages, read with what was found in them, and added to."""

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, TypeAdapter
from temporalio.service import RPCError

from console.api.caller import OpenHouse, ReadsCases, SubmitsCases, actor_of
from console.api.cursors import Cursor, Limit, cursor_of, key_of
from console.api.paths import CaseId
from console.api.problems import refused_field
from console.api.shapes import (
    CaseListed,
    CaseOpened,
    CaseRead,
    CaseStanding,
    EvidenceTaken,
    FactRead,
    Page,
    ProposalWaiting,
)
from console.api.specification import CASE_BODY, EVIDENCE_BODY, answers
from console.api.submitted import sent_addition, sent_bundle
from console.web.security.seen import record_reveal, record_view
from knowledge.case import CaseKind
from knowledge.facts import Fact, FactName
from knowledge.rules.authority import Permission
from tools.records.case_pages import CasePages, ListedCase
from tools.records.queue import Queue
from tools.records.queue_rows import WaitingProposal
from workflows.messages import CaseView, ReviewAction, Stage

router = APIRouter(tags=["cases"])
OnlyStage = Annotated[Stage | None, Query(description="Only cases that stand there.")]
OnlyKind = Annotated[CaseKind | None, Query(description="Only one of the two kinds.")]
_PERSONAL = frozenset(
    {
        FactName.ROUTE_SIGNED_BY,
        FactName.ROUTE_DELIVERY_PLACE,
        FactName.ORDER_DESTINATION_CITY,
        FactName.ORDER_DESTINATION_POSTCODE,
    }
)
"""Facts that say who or where somebody is."""
_PATIENCE_SECONDS = 5.0
"""How long a case's workflow is waited for when the case is read."""
_KEY: TypeAdapter[tuple[AwareDatetime, str]] = TypeAdapter(tuple[AwareDatetime, str])


@router.post(
    "/cases", operation_id="submit_case", status_code=201, openapi_extra=CASE_BODY,
    responses=answers(400, 403, 409, 413, 415, 422, again=CaseOpened),
)  # fmt: skip
async def submit_case(request: Request, response: Response, key: SubmitsCases, house: OpenHouse) -> CaseOpened:
    """Take a case in and start its workflow: `amends.case/1` as JSON, as multipart with its files, or as a zip.

    In multipart the part `case` is the document, and every other part is a file under the name by which the document
    names it. The same bundle again changes nothing (200), another under the same id is refused (409).
    """
    read = await sent_bundle(request)
    if read.bundle.merchant.id != key.merchant:
        raise refused_field("/merchant/id", "is not the merchant of the key", f"write {key.merchant}")
    opened = await house.desk.open(read.bundle, read.files)
    if not opened.created:
        response.status_code = 200
    return CaseOpened(case_id=opened.case_id, digest=opened.digest, created=opened.created)


@router.get("/cases", operation_id="list_cases", responses=answers(403, 422))
async def list_cases(
    key: ReadsCases,
    house: OpenHouse,
    stage: OnlyStage = None,
    kind: OnlyKind = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CaseListed]:
    """Cases, the one taken in last first."""
    pages, after = CasePages(house.installation.records), key_of(cursor, _KEY)
    found = await pages.cases(key.merchant, status=stage, kind=kind, after=after, limit=limit + 1)
    shown = found[:limit]
    following = cursor_of((shown[-1].recorded_at, shown[-1].case_id)) if len(found) > limit else None
    return Page(items=tuple(_listed(each) for each in shown), next_cursor=following)


@router.get("/cases/{case_id}", operation_id="read_case", responses=answers(403, 404, 422))
async def read_case(case_id: CaseId, key: ReadsCases, house: OpenHouse) -> CaseRead:
    """A case: where it stands, what may be done now, what waits for a second person, and the facts.

    Reading it is recorded.

    Facts that say who or where somebody is are masked unless the key has the scope `personal.reveal`.
    """
    installation = house.installation
    listed = await CasePages(installation.records).case(key.merchant, case_id)
    standing = outcome = None
    facts: tuple[FactRead, ...] = ()
    missing: tuple[str, ...] = ()
    row = (await Queue(installation.records).rows(key.merchant, [case_id])).get(case_id)
    reveals = Permission.REVEAL in key.scopes
    if not listed.erased:
        file = await installation.cases.case_file(key.merchant, case_id)
        facts = tuple(_fact(each, reveals) for each in file.facts)
        missing = tuple(each.why for each in (*file.missing, *file.gaps))
    # A case can be read also while no worker answers; what is recorded of it is told all the same.
    with suppress(LookupError, RPCError, TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            standing = _standing(await house.desk.view(key.merchant, case_id))
    if (ended := await installation.cases.outcome(key.merchant, case_id)) is not None:
        outcome = ended.outcome
    await record_view(house, key, case_id)
    if reveals:
        await record_reveal(house, key, case_id, "case")
    return CaseRead(
        **_listed(listed).model_dump(),
        standing=standing,
        proposal=_proposal(row.proposed if row else None),
        facts=facts,
        missing=missing,
        outcome=outcome,
    )


@router.post(
    "/cases/{case_id}/evidence", operation_id="add_evidence", status_code=201, openapi_extra=EVIDENCE_BODY,
    responses=answers(400, 403, 404, 409, 413, 415, 422),
)  # fmt: skip
async def add_evidence(case_id: CaseId, request: Request, key: SubmitsCases, house: OpenHouse) -> EvidenceTaken:
    """Add messages, photos, documents or carriers' answers to an open case; it is read, and decided, anew.

    In multipart the part `evidence` is the document, and every other part is a file under the name by which the
    document names it. The same again changes nothing.
    """
    # Looked up first: whether a case is there must not depend on what was sent to it.
    await CasePages(house.installation.records).case(key.merchant, case_id)
    addition, files = await sent_addition(request)
    digest = await house.desk.add_evidence(key.merchant, case_id, addition, files, by=actor_of(key))
    return EvidenceTaken(digest=digest)


def _listed(case: ListedCase) -> CaseListed:
    return CaseListed(stage=case.status, **case.model_dump(exclude={"status"}))


def _fact(fact: Fact, reveals: bool) -> FactRead:
    masked = fact.name in _PERSONAL and not reveals
    return FactRead(
        name=fact.name,
        value=None if masked else fact.value,
        masked=masked,
        confidence=fact.confidence,
        standing=fact.standing,
        reader=fact.reader,
        source=fact.citation.kind,
    )


def _proposal(waits: WaitingProposal | None) -> ProposalWaiting | None:
    if waits is None:
        return None
    return ProposalWaiting(by=waits.account, at=waits.at, action=ReviewAction(waits.action), amount=waits.amount)


def _standing(view: CaseView) -> CaseStanding:
    return CaseStanding(
        stage=view.stage,
        detail=view.detail,
        decision_id=view.decision_id,
        resolution=view.resolution,
        stance=view.stance,
        amount=view.amount,
        paid=view.paid,
        due=view.due,
        allowed=view.allowed,
    )
