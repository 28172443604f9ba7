"""The defence graph: what the reason code demands against what is held, ending in a stance."""

from typing import Any, Protocol

from langgraph.graph import START, StateGraph
from pydantic import AwareDatetime, BaseModel

from agents.nodes import typed
from agents.refund.graph import newest_evidence
from knowledge.case import EarlierRefund
from knowledge.decision import DefenceDecision
from knowledge.facts import Reading
from knowledge.judgement.assess import join
from knowledge.judgement.defence import DefenceQuestion, decide_defence
from knowledge.outcomes.win_rates import OutcomeCount
from knowledge.rules.policy import MerchantPolicy
from knowledge.rules.reason_codes import find_reason
from tools.ports import CaseReading


class CreditReading(Protocol):
    """Reading port: money given back on a payment, over all cases and channels."""

    async def credits(self, merchant: str, case_id: str) -> tuple[EarlierRefund, ...]:
        """Every refund known on the case's payment, as the letter shows them."""
        ...


class OutcomeReading(Protocol):
    """Reading port: how the merchant's answered disputes ended."""

    async def outcome_counts(self, merchant: str) -> tuple[OutcomeCount, ...]:
        """Counts per family, network and code."""
        ...


class DefenceState(BaseModel):
    """Ids and moment in, the proposal out."""

    merchant: str
    case_id: str
    as_of: AwareDatetime | None = None
    doubts: tuple[str, ...] = ()
    proposal: DefenceDecision | None = None


class DefenceDesk:
    """The node of the defence graph and what it reads."""

    def __init__(
        self, cases: CaseReading, credit_book: CreditReading, outcomes: OutcomeReading, policy: MerchantPolicy
    ) -> None:
        self._cases = cases
        self._credits = credit_book
        self._outcomes = outcomes
        self._policy = policy

    @typed
    async def weigh(self, state: DefenceState) -> dict[str, Any]:
        """Fight, accept or ask."""
        file = await self._cases.case_file(state.merchant, state.case_id)
        bundle = file.bundle
        if bundle.chargeback is None:
            raise ValueError(f"case {state.case_id}: chargeback: missing; only chargebacks are defended")
        reading = join([Reading(facts=file.facts)])
        return {
            "proposal": decide_defence(
                DefenceQuestion(
                    bundle=bundle,
                    reason=find_reason(bundle.chargeback.network, bundle.chargeback.reason_code),
                    facts=reading.facts,
                    credits=await self._credits.credits(state.merchant, state.case_id),
                    policy=self._policy,
                    as_of=state.as_of or newest_evidence(bundle),
                    doubts=(*state.doubts, *(gap.why for gap in file.gaps)),
                    history=await self._outcomes.outcome_counts(state.merchant),
                )
            )
        }


def defence_graph(desk: DefenceDesk) -> StateGraph[DefenceState]:
    """A fresh, uncompiled graph. `defence.weigh` is an activity name on disk."""
    graph = StateGraph(DefenceState)
    graph.add_node("weigh", desk.weigh, metadata={"execute_in": "activity"})  # pyright: ignore
    graph.add_edge(START, "weigh")
    return graph
