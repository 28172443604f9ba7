"""The shop that is pictured: sample cases of every kind in one queue, the people of the shop, and what they did."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from agents.reading.claims import ClaimReader
from console.cli.demo import read_samples
from console.cli.outside import decide, play, sandbox_of
from console.web.house import House as WebHouse
from console.web.house import open_house
from knowledge.case import Author, CaseBundle, Message
from knowledge.decision import Resolution
from knowledge.library.embeddings import E5Embedder
from knowledge.library.history import synthetic_history
from knowledge.library.precedents import PrecedentWriter
from knowledge.money import Money
from knowledge.rules.authority import Permission, Role
from knowledge.rules.policy import HOUSE_POLICY
from tests.console.web.finance.shops import generated_shop, open_disputes
from tests.workflows.house import House
from tools.bundles import ReadBundle
from tools.records.api_keys import ApiKeys
from tools.records.leases import Leases
from workflows.messages import BuyerMessage, BuyerMove, CaseView, Review, ReviewAction, Stage
from workflows.reviewing import Person
from workflows.worker import Household

SHOP, BOOKS, NEW = "hanse", "lumen", "solvei"
"""The shop with the cases, one with a year of books behind it, and one that has just begun."""
POLICY = HOUSE_POLICY.model_copy(update={"automatic_up_to_eur": 40.0, "undo_seconds": 0, "second_look_share": 1.0})
"""Dearer than forty euros waits for a person, so that letters and parcels do; every decision is looked at twice."""
ALIKE = tuple(f"R-2081{number}" for number in range(6))
"""Lost parcels alike enough to be decided as one set."""
SHOWN_AS: Mapping[str, str] = {
    "c01-visa-131": "D-7101",
    "c02-visa-104-3ds": "D-7102",
    "c03-visa-104-unlinked": "D-7103",
    "c04-mc-4853-described": "D-7104",
    "c05-mc-4853-place": "D-7105",
    "c06-amex-c08": "D-7106",
    "c07-amex-c02-credit": "D-7107",
    "c08-paypal-inr": "D-7108",
    "c09-visa-131-noproof": "D-7109",
    "c10-paypal-direct": "D-7110",
    "c11-adyen-visa-131": "D-7111",
    "c12-visa-104-ce3": "D-7112",
    "r01-lost-us": ALIKE[0],
    "r02-scratch-de": "R-20482",
    "r03-late-fr": "R-20511",
    "r04-lost-br": "R-20534",
    "r05-regret-es": "R-20540",
    "r06-size-it": "R-20557",
    "r07-cracked-jp": "R-20563",
    "r08-missing-zh": "R-20578",
    "r09-dead-tr": "R-20591",
    "r10-nophoto-ar": "R-20602",
    "r11-signed-ru": "R-20617",
    "r12-high-gb": "R-20620",
    "r13-instructs-us": "R-20633",
    "r14-noproof-pl": "R-20648",
    "r15-fake-ko": "R-20655",
    "r16-moving-id": "R-20669",
}
"""Ids as a shop gives them: a sample's own would tell how the case ends."""
_STAFF = {
    "marta": ("Marta Silva", Role.REVIEWER, SHOP),
    "jonas": ("Jonas Weber", Role.LEAD, SHOP),
    "ines": ("Ines Kramer", Role.ADMIN, SHOP),
    "oda": ("Oda Lindqvist", Role.AUDITOR, SHOP),
    "paul": ("Paul Okafor", Role.FINANCE, BOOKS),
    "lena": ("Lena Brandt", Role.LEAD, NEW),
}
PASSWORD = "three grey herons by the canal"
_PATIENCE_SECONDS = 240
_DECIDED = (Stage.REVIEW, Stage.ESCALATED, Stage.OFFERED, Stage.ASKING, Stage.CLOSED, Stage.ANNOUNCED, Stage.RETURNING)


@dataclass(frozen=True)
class Shop:
    """The house with its people and cases."""

    house: House
    web: WebHouse
    people: Mapping[str, Person]
    bundles: Mapping[str, CaseBundle]

    async def until(self, case_id: str, *stages: Stage) -> CaseView:
        """Wait until the case stands at one of the stages; TimeoutError says where it stands instead."""
        view: CaseView | None = None
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    view = await self.house.desk.view(SHOP, case_id)
                    if view.stage in stages:
                        return view
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise TimeoutError(f"{case_id} did not come to {[one.value for one in stages]}; it is {view}") from None

    async def review(
        self, who: str, sample: str, action: ReviewAction, note: str, *after: Stage, **more: object
    ) -> None:
        """Somebody decides a sample's case, by the door of the pages; then it stands at one of the stages."""
        case_id = SHOWN_AS[sample]
        await self.until(case_id, Stage.REVIEW, Stage.ESCALATED)
        review = Review.model_validate({"by": self.people[who].name, "action": action, "note": note, **more})
        await self.web.reviewing.decide(self.people[who], SHOP, case_id, review, review_id=secrets.token_urlsafe(12))
        await self.until(case_id, *after)

    async def buyer(self, sample: str, move: BuyerMove, text: str, *after: Stage, amount: Money | None = None) -> None:
        """The buyer of a sample answers the offer."""
        case_id, now = SHOWN_AS[sample], datetime.now(UTC)
        await self.until(case_id, Stage.OFFERED)
        message = Message(id=f"answer-{now:%H%M%S%f}", author=Author.BUYER, at=now, text=text)
        answer = BuyerMessage(move=move, message_id=message.id, amount=amount)
        await self.house.desk.buyer(SHOP, case_id, message, answer)
        await self.until(case_id, *after)

    async def bank(self, sample: str, outcome: str) -> None:
        """The processor tells how a dispute ended."""
        bundle = self.bundles[SHOWN_AS[sample]]
        await self.until(bundle.case_id, Stage.SUBMITTED)
        sandbox = sandbox_of(bundle, self.web.installation.settings, self.web.installation.addresses)
        assert sandbox is not None
        await decide(bundle, sandbox, outcome)
        await self.house.desk.outcome_news(SHOP, bundle.case_id, "pictures")
        await self.until(bundle.case_id, Stage.CLOSED)


@asynccontextmanager
async def shop(house: House) -> AsyncGenerator[Shop, None]:
    """Everything there is to picture, with a worker at work."""
    web = open_house(house.installation, secure=False, policy=POLICY)
    await generated_shop(house, BOOKS, 160)
    await open_disputes(house, BOOKS)
    people = {key: await _person(web, *given) for key, given in _STAFF.items()}
    embedder = E5Embedder()
    writer = PrecedentWriter(house.installation.addresses.chroma_url, embedder)
    await asyncio.to_thread(writer.teach, SHOP, synthetic_history(200, seed=1))
    opened = [_as_shown(read) for read, _ in read_samples()]
    lost = next(one for one in opened if one.bundle.case_id == ALIKE[0])
    opened += [_alike(lost, case_id) for case_id in ALIKE[1:]]
    filled = Shop(house, web, people, {one.bundle.case_id: one.bundle for one in opened})
    async with house.worker(Household(claims=ClaimReader(embedder), embedder=embedder, policy=POLICY)):
        for one in opened:
            sandbox = sandbox_of(one.bundle, web.installation.settings, web.installation.addresses)
            assert sandbox is not None
            await play(one.bundle, sandbox)
            await house.desk.open(one.bundle, one.files)
        for one in opened:
            await filled.until(one.bundle.case_id, *_DECIDED)
        await _live_a_day(filled)
        yield filled


async def _person(web: WebHouse, name: str, role: Role, merchant: str) -> Person:
    email = f"{name.split()[0].lower()}@{merchant}.example"
    account = await web.staff.add(email, name, password=PASSWORD, by="pictures")
    await web.staff.grant(account, merchant, role, by="pictures")
    return Person(account=account, name=name, role=role)


def _as_shown(read: ReadBundle) -> ReadBundle:
    """The sample under an id of the shop, whichever merchant's it was."""
    merchant = read.bundle.merchant.model_copy(update={"id": SHOP, "name": "Hanse Home GmbH"})
    case_id = SHOWN_AS[read.bundle.case_id]
    order = read.bundle.order.model_copy(update={"id": f"H-{case_id[2:]}"})
    shown = read.bundle.model_copy(update={"case_id": case_id, "merchant": merchant, "order": order})
    return replace(read, bundle=shown)


def _alike(read: ReadBundle, case_id: str) -> ReadBundle:
    """The same misfortune of another order."""
    order = read.bundle.order
    payment = order.payment.model_copy(update={"processor_reference": f"ch_{case_id.replace('-', '')}"})
    other = order.model_copy(update={"id": f"H-{case_id[2:]}", "payment": payment})
    return replace(read, bundle=read.bundle.model_copy(update={"case_id": case_id, "order": other}))


async def _live_a_day(shop: Shop) -> None:
    """What people did before the pictures were taken."""
    await shop.review("jonas", "c02-visa-104-3ds", ReviewAction.APPROVE, "authenticated, delivered", Stage.SUBMITTED)
    await shop.review("marta", "c06-amex-c08", ReviewAction.APPROVE, "signed for at the address", Stage.SUBMITTED)
    await shop.bank("c06-amex-c08", "won")
    await shop.review("marta", "c04-mc-4853-described", ReviewAction.APPROVE, "as listed", Stage.SUBMITTED)
    await shop.bank("c04-mc-4853-described", "lost")
    approve = ReviewAction.APPROVE
    await shop.review(
        "marta", "r13-instructs-us", approve, "the scratch is real, the instruction is ignored", Stage.OFFERED
    )
    await shop.review("marta", "r11-signed-ru", ReviewAction.DENY, "signed delivery at the address", Stage.CLOSED)
    await shop.review(
        "marta", "r12-high-gb", approve, "carrier confirmed the loss by phone", Stage.REVIEW, Stage.ESCALATED
    )
    await shop.review("marta", "r15-fake-ko", ReviewAction.ESCALATE, "is this our supplier's label?", Stage.ESCALATED)
    price = shop.bundles[SHOWN_AS["r14-noproof-pl"]].order.total
    await shop.review(
        "jonas", "r14-noproof-pl", ReviewAction.ADJUST, "the warehouse cannot show a hand-over either",
        Stage.CLOSED, Stage.OFFERED, amount=price, resolution=Resolution.FULL_REFUND,
    )  # fmt: skip
    await shop.buyer("r03-late-fr", BuyerMove.ACCEPT, "", Stage.CLOSED)
    await ApiKeys(shop.web.installation.records).make(
        SHOP, "shop backend", {Permission.SUBMIT_CASES, Permission.READ_CASES}, by=shop.people["ines"].account
    )
    await Leases(shop.web.installation.records).take(SHOP, SHOWN_AS["c12-visa-104-ce3"], shop.people["jonas"].account)
