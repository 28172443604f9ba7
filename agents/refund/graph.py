"""The refund graph: recall similar cases, then propose. It thinks and ends; people and activities act."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from langgraph.graph import START, StateGraph
from pydantic import AwareDatetime, BaseModel

from agents.nodes import typed
from knowledge.case import Author, CaseBundle
from knowledge.decision import Decision
from knowledge.facts import FactName, Reading
from knowledge.judgement.assess import assess, join
from knowledge.judgement.refund import RefundQuestion, decide_refund, unreadable
from knowledge.precedent import RecalledPrecedent
from knowledge.reasons import DisputeReason
from knowledge.rules.policy import MerchantPolicy
from tools.ports import CaseReading


class Recalls(Protocol):
    """Recalls precedents. Blocking."""

    def recall(
        self, merchant: str, text: str, reason: DisputeReason, *, most: int = 20
    ) -> tuple[RecalledPrecedent, ...]:
        """The nearest closed cases, nearest first."""
        ...


class RefundState(BaseModel):
    """Ids, moment and doubts in; precedents and the proposal out."""

    merchant: str
    case_id: str
    as_of: AwareDatetime | None = None
    doubts: tuple[str, ...] = ()
    precedents: tuple[RecalledPrecedent, ...] = ()
    proposal: Decision | None = None


class RefundDesk:
    """The nodes of the refund graph."""

    def __init__(self, cases: CaseReading, library: Recalls, policy: MerchantPolicy) -> None:
        self._cases = cases
        self._library = library
        self._policy = policy

    @typed
    async def recall(self, state: RefundState) -> dict[str, Any]:
        """Fetch similar closed cases; without the library the case goes on and a person looks."""
        file = await self._cases.case_file(state.merchant, state.case_id)
        claim = next((fact for fact in file.facts if fact.name is FactName.CLAIM_REASON), None)
        if claim is None:
            return {"precedents": ()}
        words = " ".join(message.text for message in file.bundle.messages if message.author is Author.BUYER)
        try:
            found = await asyncio.to_thread(self._library.recall, state.merchant, words, claim.reason())
        except Exception as error:  # whatever keeps the library away, the case must go on
            return {"precedents": (), "doubts": (*state.doubts, f"precedents could not be recalled ({error})"[:200])}
        return {"precedents": found}

    @typed
    async def propose(self, state: RefundState) -> dict[str, Any]:
        """Apply the pure decision to the facts in the records."""
        file = await self._cases.case_file(state.merchant, state.case_id)
        reading = Reading(facts=file.facts, missing=file.missing)
        return {"proposal": propose(file.bundle, reading, self._policy, state)}


def propose(bundle: CaseBundle, reading: Reading, policy: MerchantPolicy, state: RefundState) -> Decision:
    """The decision for these facts; when the claim or the money cannot be read, a person is asked first."""
    joined = join([reading])
    names = {fact.name for fact in joined.facts}
    needed = {FactName.CLAIM_REASON, FactName.ORDER_PAID, FactName.ORDER_ITEMS_PRICE}
    if not needed <= names:
        gaps = [f"{gap.name.value} ({gap.why})" for gap in joined.missing if gap.name in needed]
        return unreadable(gaps or sorted(name.value for name in needed - names), policy, bundle.order.total.currency)
    as_of = state.as_of or newest_evidence(bundle)
    return decide_refund(
        RefundQuestion(
            assessment=assess(joined, policy, as_of),
            policy=policy,
            precedents=state.precedents,
            as_of=as_of,
            doubts=state.doubts,
        )
    )


def newest_evidence(bundle: CaseBundle) -> datetime:
    """The moment of the newest thing anybody sent: a decision is made as of what was known."""
    times: Sequence[datetime | None] = [
        bundle.opened_at,
        *(message.at for message in bundle.messages),
        *(photo.at for photo in bundle.photos),
        *(document.at for document in bundle.documents),
        *(shipment.fetched_at for shipment in bundle.shipments),
    ]
    return max(time for time in times if time is not None)


def refund_graph(desk: RefundDesk) -> StateGraph[RefundState]:
    """A fresh, uncompiled graph. `refund.recall` and `refund.propose` are activity names on disk."""
    graph = StateGraph(RefundState)
    graph.add_node("recall", desk.recall, metadata={"execute_in": "activity"})  # pyright: ignore
    graph.add_node("propose", desk.propose, metadata={"execute_in": "activity"})  # pyright: ignore
    graph.add_edge(START, "recall")
    graph.add_edge("recall", "propose")
    return graph
