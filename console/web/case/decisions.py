"""What people decide on a case: sent through the reviewing door, answered with what is known and nothing more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import AwareDatetime, ValidationError
from starlette.responses import RedirectResponse, Response

from console.web.case.page import Standing, person_of, read_page, read_second_key, read_standing
from console.web.house import House, house_of
from console.web.rendering import HTMX_REQUEST, Pages, pages_of
from console.web.security.visitor import Decides
from knowledge.base import Frozen
from knowledge.decision import Resolution
from knowledge.facts import FactName, written_as, written_value
from knowledge.money import Money
from knowledge.override import Override, WrongPlace
from tools.records.leases import LeaseHeld, LeaseLost, Leases
from tools.records.person_reviews import ReviewState
from tools.records.records import RecordsUnavailable
from tools.records.sessions import SignedIn
from workflows.desk import NotNowError
from workflows.messages import FactCorrection, Review, ReviewAction
from workflows.review_rules import decides_otherwise
from workflows.reviewing import Reviewed

router = APIRouter()


class Decided(Frozen):
    """The fields of a decision's form, as a browser sends them."""

    action: ReviewAction
    review_id: str
    lease: str = ""
    decision_id: str = ""
    opened: AwareDatetime
    amount: str = ""
    currency: str = ""
    resolution: str = ""
    question: str = ""
    question_own: str = ""
    note: str = ""
    wrong: str = ""
    missing_fact: str = ""
    rule: str = ""
    picture: str = ""
    words: str = ""
    looked: str = ""
    """`yes` once the person has confirmed that they looked at what stands against a routine approval."""
    form_token: str = ""

    def review(self, by: str) -> Review:
        """The review; ValueError names the field and the mend."""
        amount = None
        if self.action is ReviewAction.ADJUST:
            try:
                amount = Money.parse(self.amount.strip().replace(",", "."), self.currency)
            except ValueError as problem:
                raise ValueError(f"amount: {problem}") from None
        question = self.question_own.strip() or self.question if self.action is ReviewAction.ASK else ""
        return Review(
            by=by,
            action=self.action,
            amount=amount,
            resolution=Resolution(self.resolution) if self.resolution and amount is not None else None,
            question=question,
            note=self.note.strip(),
            decision_id=self.decision_id or None,
        )

    def override(self) -> Override | None:
        """Where the machine was wrong; None when the form does not say. ValueError names the field."""
        place, _, fact = self.wrong.partition(":")
        if not place:
            return None
        named = fact or (self.missing_fact if place == WrongPlace.FACT_MISSING else "")
        try:
            return Override(
                place=WrongPlace(place),
                fact=FactName(named) if named else None,
                rule=self.rule if place == WrongPlace.POLICY else "",
                picture=self.picture or None if place == WrongPlace.PICTURE_MISREAD else None,
                words=self.words.strip(),
            )
        except ValidationError as problem:
            raise ValueError("; ".join(str(each["msg"]) for each in problem.errors())) from None


@router.post("/cases/{case_id}/decisions")
async def decide(
    case_id: str,
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    form: Annotated[Decided, Form()],
) -> Response:
    """Decide; the answer is the decision panel as it stands then."""
    told = ""
    try:
        review, override = form.review(signed.name), form.override()
        view, _ = await house.reviewing.view(signed.merchant, case_id)
        if decides_otherwise(view, review) and override is None:
            raise ValueError("wrong: missing; say where the proposal was wrong (keys w …), then confirm")
        unlooked = review.action is ReviewAction.APPROVE and form.looked != "yes"
        if unlooked and view.decision_id == form.decision_id and await read_second_key(house, signed, view):
            raise ValueError("looked: say that you looked at what stands against it (key y), then confirm")
        reviewed = await house.reviewing.decide(
            person_of(signed),
            signed.merchant,
            case_id,
            review,
            review_id=form.review_id,
            lease=form.lease or None,
            override=override,
            spent=datetime.now(UTC) - form.opened,
        )
    except ValueError as incomplete:
        return pages.refusal(request, 400, "Not sent", said=str(incomplete), mend="Your entries are as they were.")
    except (NotNowError, LeaseLost, LeaseHeld) as refused:
        reviewed, told = None, str(refused)
    try:
        return await _panel(request, signed, house, pages, case_id, reviewed, told, form.lease)
    except RecordsUnavailable:
        return _pending(pages, request, case_id, form.review_id)


@router.get("/cases/{case_id}/reviews/{review_id}")
async def ask_again(
    case_id: str,
    review_id: str,
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    lease: str = "",
) -> Response:
    """What became of a decision that was sent and not confirmed; 204 while it is not known, and the page asks again."""
    reviewed = await house.reviewing.again(
        person_of(signed), signed.merchant, case_id, review_id, patience=timedelta(seconds=1)
    )
    if reviewed.state is ReviewState.SENT:
        return Response(status_code=204)
    return await _panel(request, signed, house, pages, case_id, reviewed, "", lease)


@router.post("/cases/{case_id}/undo")
async def undo(
    case_id: str,
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    lease: Annotated[str, Form()] = "",
) -> Response:
    """Take back what the person has just decided."""
    told = "Taken back: the case waits again."
    try:
        await house.reviewing.undo(person_of(signed), signed.merchant, case_id)
    except NotNowError as refused:
        told = f"Too late to take back: {refused}"
    return await _panel(request, signed, house, pages, case_id, None, told, lease)


@router.get("/cases/{case_id}/facts/{name}")
async def correction_form(
    case_id: str,
    name: FactName,
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """The form in which a fact is corrected, made for the fact's own type."""
    await house.installation.cases.summary(signed.merchant, case_id)
    written, choices = written_as(name)
    known = [fact for fact in await house.installation.cases.facts(signed.merchant, case_id) if fact.name is name]
    return pages.page(
        request,
        "case/correction.html",
        case_id=case_id,
        name=name,
        written=written.value,
        choices=choices,
        value=str(known[0].value) if known and written.value in {"choice", "number", "amount"} else "",
    )


@router.post("/cases/{case_id}/facts/{name}")
async def correct(
    case_id: str,
    name: FactName,
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    value: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    lease: Annotated[str, Form()] = "",
) -> Response:
    """Correct or supply a fact; the case is decided anew."""
    try:
        if not note.strip():
            raise ValueError("note: missing; say how you know")
        right = FactCorrection(by=signed.name, name=name, value=written_value(name, value), note=note.strip())
        await house.reviewing.correct(person_of(signed), signed.merchant, case_id, right, lease=lease or None)
        told = f"{name.value} is corrected; the case is decided anew."
    except (ValueError, NotNowError, LeaseLost, LeaseHeld) as refused:
        told = str(refused)
    return await _panel(request, signed, house, pages, case_id, None, told, lease)


@router.post("/cases/{case_id}/return-received")
async def return_received(
    case_id: str,
    request: Request,
    signed: Decides,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    note: Annotated[str, Form()] = "",
    lease: Annotated[str, Form()] = "",
) -> Response:
    """Say that the goods came back."""
    try:
        await house.reviewing.receive_return(
            person_of(signed), signed.merchant, case_id, note.strip(), lease=lease or None
        )
        told = "The goods are noted as returned; the refund follows."
    except (NotNowError, LeaseLost) as refused:
        told = str(refused)
    return await _panel(request, signed, house, pages, case_id, None, told, lease)


def _pending(pages: Pages, request: Request, case_id: str, review_id: str) -> Response:
    """What is said while nothing can be known: the page goes on asking."""
    return pages.page(request, "case/pending.html", case_id=case_id, review_id=review_id, silent=True)


async def _panel(
    request: Request,
    signed: SignedIn,
    house: House,
    pages: Pages,
    case_id: str,
    reviewed: Reviewed | None,
    told: str,
    token: str,
) -> Response:
    """The decision panel as it stands now, with what came of what was just sent.

    A form that was sent before the page's scripts had it, or without them, gets the whole page around the panel.
    """
    whole = request.headers.get(HTMX_REQUEST) != "true"
    if whole and not told:
        return RedirectResponse(f"/cases/{case_id}", 303)
    page = await read_page(house, signed.merchant, case_id, revealed=False)
    standing = await read_standing(house, signed, case_id, token=token, file=page.file)
    if reviewed is not None and reviewed.state in {ReviewState.TAKEN, ReviewState.PROPOSED}:
        standing = await _handed_back(house, signed, case_id, standing)
    return pages.page(
        request,
        "case/page.html" if whole else "case/decision.html",
        case=page,
        standing=standing,
        reviewed=reviewed or standing.unconfirmed,
        told=told,
        blind=False,
        panel=not whole,
    )


async def _handed_back(house: House, signed: SignedIn, case_id: str, standing: Standing) -> Standing:
    # What is decided needs no keeper: a colleague, or the person who confirms it, may open it at once.
    if standing.lease is not None:
        await Leases(house.installation.records).give_back(signed.merchant, case_id, standing.lease.token)
    return replace(standing, lease=None)
