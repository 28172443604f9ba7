"""Rewording and signing: each sentence read back as it is typed, each version kept, the signature over one of them."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from console.web.case.page import person_of
from console.web.house import House, house_of
from console.web.letters.desk_page import history_of, letter_page, names_of, prose_model, seen, take
from console.web.rendering import HTMX_REQUEST, Pages, pages_of
from console.web.security.visitor import SignsLetters, TakesOver
from knowledge.letter.redraft import Redraft, RewordingError, Wording, judged, placed_sentences, redraft_of
from knowledge.letter.redraft_changes import SentenceChange, changes_between
from tools.packets import PacketError
from tools.records.leases import LeaseLost, Leases
from tools.records.letter_drafts import DraftMovedError
from tools.records.person_reviews import ReviewState
from tools.records.sessions import SignedIn
from workflows.desk import NotNowError
from workflows.letter_desk import CaseLetter, NotSignedError

router = APIRouter(prefix="/cases/{case_id}/letter")
_TOLD = {ReviewState.PROPOSED: "proposed", ReviewState.SENT: "unconfirmed", ReviewState.UNDONE: "undone"}
"""What is said of a signature by what became of it, where it was not simply taken."""
_PATIENCE = timedelta(seconds=10)
"""How long a signature waits for the case to answer; it counts also when the answer comes later."""
_Lease = Annotated[str, Form()]
_Version = Annotated[int, Form()]


@router.post("/check/{place}")
async def check(
    request: Request,
    case_id: str,
    place: str,
    signed: SignsLetters,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
) -> Response:
    """The verifier's verdict on one sentence as it stands in its field; nothing is kept."""
    found = await house.letters.letter(signed.merchant, case_id)
    text = str((await request.form()).get(f"text-{place}", ""))
    try:
        verdict = judged(found.composed, redraft_of(found.composed, {place: text}, _wordings(found, {place: text})))
    except RewordingError as refused:
        return pages.page(request, "letters/no_verdict.html", told=str(refused))
    one = next(one for one in verdict.sentences if one.place == place)
    return pages.page(request, "letters/mark.html", one=one)


@router.post("/draft")
async def draft(
    request: Request,
    case_id: str,
    signed: SignsLetters,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    lease: _Lease,
    version: _Version,
) -> Response:
    """Keep what stands in the fields as the next version."""
    found = await house.letters.letter(signed.merchant, case_id)
    texts = _texts(found, await request.form())
    try:
        wanted = redraft_of(found.composed, texts, _wordings(found, texts))
    except RewordingError as refused:
        return await _not_saved(request, house, pages, signed, found, lease, str(refused), 422)
    try:
        await Leases(house.installation.records).keep(signed.merchant, case_id, lease)
        saved = found
        if wanted != found.latest.redraft or version != found.version:
            saved = await house.letters.save(found, wanted, author=signed.account_id, after=version)
    except (LeaseLost, DraftMovedError) as moved:
        newest = await house.letters.letter(signed.merchant, case_id)
        author = (await names_of(house, signed.merchant)).get(newest.versions[-1].author) if newest.versions else None
        told = f"{author or 'Another person'} has the case or saved version {newest.version} meanwhile: {moved}."
        theirs = changes_between(newest.composed, newest.latest.redraft, wanted)
        return await _not_saved(request, house, pages, signed, newest, lease, told, 409, theirs)
    if request.headers.get(HTMX_REQUEST) != "true":
        return RedirectResponse(_address(case_id), 303)
    try:
        shown = await seen(house, saved, saved.latest)
    except PacketError as broken:
        told = f"It is kept as version {saved.version}, but no packet can be made of it: {broken}."
        return pages.page(request, "letters/not_saved.html", status=422, told=told, theirs=(), case_id=case_id)
    names = await names_of(house, signed.merchant)
    return pages.page(request, "letters/saved.html", letter=saved, seen=shown, history=history_of(saved, names))


@router.post("/composed")
async def back_to_composed(
    case_id: str, signed: SignsLetters, house: Annotated[House, Depends(house_of)], lease: _Lease
) -> Response:
    """The composed words again, as the next version; those before stay."""
    found = await house.letters.letter(signed.merchant, case_id)
    await Leases(house.installation.records).keep(signed.merchant, case_id, lease)
    if found.latest.redraft.rewordings:
        await house.letters.save(found, Redraft(), author=signed.account_id, after=found.version)
    return RedirectResponse(f"{_address(case_id)}?told=composed", 303)


@router.post("/prose")
async def models_words(
    request: Request,
    case_id: str,
    signed: SignsLetters,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    lease: _Lease,
) -> Response:
    """A model's wording as the next version, as far as it says the same and is proved; a person signs it."""
    found = await house.letters.letter(signed.merchant, case_id)
    if prose_model(house) is None:
        raise LookupError("no model is configured")
    await Leases(house.installation.records).keep(signed.merchant, case_id, lease)
    # Loaded by whoever asks a model and by nobody else: its client takes seconds to load.
    from agents.models.calls import CallLog
    from agents.models.gateway import ModelGateway
    from workflows.letter_prose import model_wording

    gateway = ModelGateway(house.installation.settings, CallLog())
    try:
        wanted = await model_wording(gateway, await house.letters.bundle(found), found.composed)
    finally:
        await gateway.close()
    if not wanted.rewordings:
        told = "The model wrote nothing that says the same and is proved; the letter stays as it was."
        return await letter_page(request, house, pages, signed, found, lease=lease, told=told)
    await house.letters.save(found, wanted, author=signed.account_id, after=found.version)
    return RedirectResponse(f"{_address(case_id)}?told=prose", 303)


@router.post("/carry")
async def carry(
    case_id: str, signed: SignsLetters, house: Annotated[House, Depends(house_of)], lease: _Lease, version: _Version
) -> Response:
    """The words of a version of an earlier letter, for the sentences that were composed the same again."""
    found = await house.letters.letter(signed.merchant, case_id)
    await Leases(house.installation.records).keep(signed.merchant, case_id, lease)
    if found.earlier_wording is not None:
        known = {place for place, _, _ in placed_sentences(found.composed)}
        own = tuple(one for one in found.earlier_wording.redraft.rewordings if one.place in known)
        await house.letters.save(found, Redraft(rewordings=own), author=signed.account_id, after=version)
    return RedirectResponse(f"{_address(case_id)}?told=carried", 303)


@router.post("/take-over")
async def take_over(case_id: str, signed: TakesOver, house: Annotated[House, Depends(house_of)]) -> Response:
    """Take the case out of another person's hands; it is in the audit chain, and they are told when they next save."""
    found = await house.letters.letter(signed.merchant, case_id)
    await take(house, signed, found, over=True)
    return RedirectResponse(f"{_address(case_id)}?told=taken-over", 303)


@router.post("/lease")
async def keep_lease(
    request: Request,
    case_id: str,
    signed: SignsLetters,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    lease: _Lease,
) -> Response:
    """A sign of life of the page."""
    try:
        kept = await Leases(house.installation.records).keep(signed.merchant, case_id, lease)
    except LeaseLost:
        return pages.page(request, "letters/leased.html", until=None)
    return pages.page(request, "letters/leased.html", until=kept.ends_at)


@router.post("/sign")
async def sign(
    request: Request,
    case_id: str,
    signed: SignsLetters,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    lease: _Lease,
    version: _Version,
    packet_sha256: Annotated[str, Form()],
    review_id: Annotated[str, Form(min_length=8, max_length=64)],
    confirmation: Annotated[str, Form()],
) -> Response:
    """Sign what the person saw and have exactly it submitted."""
    found = await house.letters.letter(signed.merchant, case_id)
    try:
        await Leases(house.installation.records).keep(signed.merchant, case_id, lease)
        reviewed = await house.letters.sign(
            person_of(signed),
            found,
            version=version,
            packet_sha256=packet_sha256,
            confirmed=confirmation,
            review_id=review_id,
            lease=lease,
            patience=_PATIENCE,
        )
    except (NotSignedError, PacketError) as refused:
        return await letter_page(
            request, house, pages, signed, found, lease=lease, refused=f"Not signed. {refused}.", status=422
        )
    except (LeaseLost, DraftMovedError) as moved:
        newest = await house.letters.letter(signed.merchant, case_id)
        return await letter_page(
            request, house, pages, signed, newest, refused=f"Not signed, because {moved}.", status=409
        )
    if reviewed.state is ReviewState.REFUSED:
        raise NotNowError(reviewed.said)
    return RedirectResponse(f"{_address(case_id)}?told={_TOLD.get(reviewed.state, 'signed')}", 303)


def _texts(letter: CaseLetter, form: FormData) -> dict[str, str | None]:
    """What the fields say by place; a sentence without a field stays as it was in the latest version."""
    kept: dict[str, str | None] = {one.place: one.text for one in letter.latest.redraft.rewordings}
    for place, _, _ in placed_sentences(letter.composed):
        if form.get(f"out-{place}"):
            kept[place] = None
        elif f"text-{place}" in form:
            kept[place] = str(form[f"text-{place}"])
    return kept


def _wordings(letter: CaseLetter, texts: dict[str, str | None]) -> dict[str, Wording]:
    """Whose words they are: a model's as long as they stand as some version had them from it."""
    models = {
        (one.place, one.text)
        for version in letter.versions
        for one in version.redraft.rewordings
        if one.wording is Wording.MODEL
    }
    return {place: Wording.MODEL for place, text in texts.items() if (place, text) in models}


async def _not_saved(
    request: Request,
    house: House,
    pages: Pages,
    signed: SignedIn,
    letter: CaseLetter,
    lease: str,
    told: str,
    status: int,
    theirs: tuple[SentenceChange, ...] = (),
) -> Response:
    if request.headers.get(HTMX_REQUEST) == "true":
        return pages.page(
            request, "letters/not_saved.html", status=status, told=told, theirs=theirs, case_id=letter.case_id
        )
    return await letter_page(
        request, house, pages, signed, letter, lease=lease, refused=f"Not saved. {told}", status=status
    )


def _address(case_id: str) -> str:
    return f"/cases/{case_id}/letter"
