"""What tests of patience share: a house whose promises last seconds, and what buyers and reviewers say to it."""

import asyncio
import json

from knowledge.case import CaseBundle
from knowledge.decision import Resolution
from knowledge.money import Money
from knowledge.rules.policy import MerchantPolicy
from tests.workflows.house import LOST_PARCEL, PROMPT_POLICY, House, case, scratched
from workflows.messages import BuyerMessage, BuyerMove, CaseView, Review, ReviewAction, Stage

_DAY, _HOUR = 24 * 3600, 3600


def hasty(
    *,
    offer: float | None = None,
    reminder: float | None = None,
    review: float | None = None,
    goods: float | None = None,
    poll: float | None = None,
    buffer: float | None = None,
    **rules: float,
) -> MerchantPolicy:
    """The house's policy with some promises in seconds, other rules as given, and the rest as ever."""
    seconds = {
        "offer_open_days": (offer, _DAY),
        "buyer_reminder_days": (reminder, _DAY),
        "review_sla_hours": (review, _HOUR),
        "return_open_days": (goods, _DAY),
        "refund_poll_hours": (poll, _HOUR),
        "submission_buffer_hours": (buffer, _HOUR),
    }
    quick = {name: given / unit for name, (given, unit) in seconds.items() if given is not None}
    # Which weekday it is when the tests run moves nothing, unless a test asks for it.
    every_day = {"send_before_days_off": False}
    return MerchantPolicy.model_validate(PROMPT_POLICY.model_dump() | every_day | quick | rules)


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


async def answer(
    house: House, bundle: CaseBundle, move: BuyerMove, words: str = "", amount: Money | None = None
) -> None:
    """The buyer answers."""
    place = len((await house.installation.cases.bundle("lumen", bundle.case_id)).messages) + 1
    message = bundle.messages[0].model_copy(update={"id": f"m-{place}", "text": words})
    said = BuyerMessage(move=move, message_id=message.id, amount=amount)
    await house.desk.buyer("lumen", bundle.case_id, message, said)


async def review(
    house: House,
    case_id: str,
    action: ReviewAction,
    *,
    amount: Money | None = None,
    resolution: Resolution | None = None,
    note: str = "",
    question: str = "",
) -> None:
    """A reviewer decides."""
    decided = Review(by="Marta", action=action, amount=amount, resolution=resolution, note=note, question=question)
    await house.desk.review("lumen", case_id, decided)


async def offered(house: House, case_id: str) -> CaseBundle:
    """A small claim of a scratch, up to the offer."""
    bundle, files = scratched(case_id)
    await house.open(bundle, files)
    await house.until(case_id, Stage.OFFERED)
    return bundle


async def told(house: House, case_id: str) -> list[str]:
    """The kinds of messages the buyer was sent, in order."""
    events = await house.installation.cases.events("lumen", case_id)
    return [event.what.removeprefix("told:") for event in events if event.what.startswith("told:")]


async def ended(house: House, case_id: str) -> CaseView:
    return await house.until(case_id, Stage.CLOSED)


def regretted(case_id: str) -> CaseBundle:
    """Goods in order, not wanted any more: they may come back."""
    return case(case_id, "regret: mudei de ideias")


async def until_told(house: House, case_id: str, what: str) -> None:
    """Wait until the buyer was sent a message of that kind."""
    async with asyncio.timeout(30):
        while what not in await told(house, case_id):
            await asyncio.sleep(0.05)


def late(case_id: str) -> tuple[CaseBundle, dict[str, bytes]]:
    """A parcel that came five days after the promised date: 7.00 are offered, and there is no second rung.

    A person's decision on it teaches nothing about damage, which other tests offer for.
    """
    route = json.loads(LOST_PARCEL)
    (shipment,) = route["shipments"]
    arrived = {"timestamp": "2026-03-16T10:00:00+01:00", "statusCode": "delivered", "status": "Delivered"}
    porto = {"address": {"addressLocality": "Porto", "postalCode": "4050-262", "countryCode": "PT"}}
    shipment["status"] = arrived
    shipment["events"].append(arrived | {"location": porto})
    parcel = {
        "id": "s-1",
        "carrier": "dhl_universal",
        "tracking_number": "00340434161094042557",
        "tracking": "tracking/parcel.json",
        "fetched_at": "2026-03-20T07:00:00Z",
    }
    return case(case_id, "late: chegou tarde", shipments=[parcel]), {"tracking/parcel.json": json.dumps(route).encode()}


async def decided_anew(house: House, case_id: str, before: CaseView) -> CaseView:
    """Wait until the case waits for a person with another decision than before."""
    async with asyncio.timeout(30):
        while (view := await house.until(case_id, Stage.REVIEW)).decision_id == before.decision_id:
            await asyncio.sleep(0.05)
    return view
