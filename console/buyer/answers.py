"""What a buyer sends from the page: checked, stored once, and passed to the case's own doors."""

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile
from temporalio.service import RPCError

from console.buyer.amounts import typed_amount
from console.buyer.standing import Act, BuyerView
from console.web.house import House
from knowledge.case import Author, CaseBundle, Message, Photo
from knowledge.money import Money
from tools.bundles.limits import MIB
from tools.bundles.refused import BundleRefused
from tools.files.images import UndecodableImage, check_picture, describe
from tools.records.buyer_links import BuyerLink
from tools.records.case_words import EvidenceAddition
from workflows.desk import NotNowError
from workflows.messages import BuyerMessage, BuyerMove

MOST_PHOTOS = 6
PHOTO_MIB = 12
BODY_BYTES = (MOST_PHOTOS * PHOTO_MIB + 1) * MIB
"""Of a whole form; read only when its length is told and within this."""
MOST_LETTERS = 4000
_PATIENCE = timedelta(seconds=12)
_FORM_ID = re.compile(r"[0-9a-f]{32}")
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


class Unanswerable(Exception):
    """What was sent cannot be taken. `sentence` is one of the page's words, with what fills its blanks."""

    def __init__(self, sentence: str, status: int = 422, **filled: str | Money) -> None:
        self.sentence = sentence
        self.status = status
        self.filled = filled
        super().__init__(sentence)


class Sent(NamedTuple):
    """A form, read."""

    form_id: str
    """Made with the page: the same form sent twice is one answer."""
    text: str
    amount: str
    photos: tuple[UploadFile, ...]


def read_form(form: FormData) -> Sent:
    """The fields of a form; Unanswerable for one that no page of ours holds."""
    form_id, text = _text(form, "form"), _text(form, "text").replace("\r\n", "\n").strip()
    if not is_form_id(form_id):
        raise Unanswerable("problem.moved_on", 409)
    photos = tuple(each for each in form.getlist("photos") if isinstance(each, UploadFile) and each.size)
    return Sent(form_id, text, _text(form, "amount"), photos)


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    # What a database cannot hold and nobody types.
    return value.replace("\0", "") if isinstance(value, str) else ""


def is_form_id(text: str) -> bool:
    """Whether it is an id as pages give their forms."""
    return _FORM_ID.fullmatch(text) is not None


def event_key(form_id: str) -> str:
    """Under which the case's timeline knows an answered form."""
    return f"buyer-form/{form_id}"


async def take(house: House, link: BuyerLink, view: BuyerView, act: Act, sent: Sent) -> None:
    """Have the answer taken, or raise Unanswerable; when this returns, it is stored."""
    if len(sent.text) > MOST_LETTERS:
        raise Unanswerable("problem.long", count=str(MOST_LETTERS))
    if len(sent.photos) > MOST_PHOTOS or any((each.size or 0) > PHOTO_MIB * MIB for each in sent.photos):
        raise Unanswerable("problem.many", count=str(MOST_PHOTOS), size=str(PHOTO_MIB))
    cases = house.installation.cases
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            detail = await _pass_on(house, link, view, act, sent)
            await cases.record_event(
                link.merchant, link.case_id, "buyer", f"buyer:{act.value}", detail, key=event_key(sent.form_id)
            )
    except (TimeoutError, RPCError):
        raise Unanswerable("problem.slow", 503) from None
    except NotNowError:
        raise Unanswerable("problem.moved_on", 409) from None
    except BundleRefused:
        raise Unanswerable("problem.refused") from None


async def _pass_on(house: House, link: BuyerLink, view: BuyerView, act: Act, sent: Sent) -> str:
    """Through the case's doors; returns what the timeline keeps beside the act, without the buyer's words."""
    if act is Act.SAY and sent.photos:
        return await _photos(house, link, sent)
    if act in {Act.SAY, Act.APPEAL} and not sent.text:
        raise Unanswerable("problem.empty")
    amount = _amount(view, sent.amount) if act is Act.COUNTER else None
    bundle = await house.installation.cases.bundle(link.merchant, link.case_id)
    message = _message(bundle, sent, sent.text if act in {Act.SAY, Act.APPEAL} else "")
    if act is Act.APPEAL:
        await house.desk.appeal(link.merchant, link.case_id, message)
        return ""
    answer = BuyerMessage(move=BuyerMove(act.value), message_id=message.id, amount=amount)
    await house.desk.buyer(link.merchant, link.case_id, message, answer, once=f"buyer/{sent.form_id}")
    return str(amount) if amount is not None else ""


def _amount(view: BuyerView, typed: str) -> Money:
    try:
        amount = typed_amount(typed, view.most.currency)
    except ValueError:
        raise Unanswerable("problem.amount") from None
    if amount.minor <= 0:
        raise Unanswerable("problem.amount")
    if amount > view.most:
        raise Unanswerable("problem.most", most=view.most)
    return amount


async def _photos(house: House, link: BuyerLink, sent: Sent) -> str:
    bundle = await house.installation.cases.bundle(link.merchant, link.case_id)
    known = {photo.sha256 for photo in bundle.photos}
    photos: dict[str, Photo] = {}
    files: dict[str, bytes] = {}
    for upload in sent.photos:
        data = await upload.read()
        digest = hashlib.sha256(data).hexdigest()
        if digest in known or digest in photos:
            continue
        path = str(PurePosixPath("photos") / f"buyer-{digest[:24]}{await asyncio.to_thread(_suffix, data)}")
        # Named by what it is, so that the same picture sent twice is one.
        photos[digest] = Photo(id=f"buyer-{digest[:24]}", path=path, author=Author.BUYER)
        files[path] = data
    messages = (_message(bundle, sent, sent.text),) if sent.text else ()
    if photos or messages:
        addition = EvidenceAddition(messages=messages, photos=tuple(photos.values()))
        await house.desk.add_evidence(link.merchant, link.case_id, addition, files, by="buyer")
    return f"{len(photos)} photos"


def _suffix(data: bytes) -> str:
    """The picture's own ending, once it is decoded to its last byte; Unanswerable for what is none."""
    try:
        check_picture(data)
        return _SUFFIXES[describe(data).media_type]
    except UndecodableImage:
        raise Unanswerable("problem.photo") from None


def _message(bundle: CaseBundle, sent: Sent, text: str) -> Message:
    """The buyer's words under the form's id; as they were stored, when the form had been sent before."""
    message = Message(id=f"buyer-{sent.form_id}", author=Author.BUYER, at=datetime.now(UTC), text=text)
    return next((known for known in bundle.messages if known.id == message.id), message)
