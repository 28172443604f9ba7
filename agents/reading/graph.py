"""The reading graph: claim, photos and journey are read in parallel, each as one durable activity."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from langgraph.graph import START, StateGraph

from agents.nodes import typed
from agents.reading.order import read_order
from agents.reading.state import CaseToRead, ReadingState
from knowledge.case import CaseBundle, Message
from knowledge.facts import Reading
from tools.ports import CaseReading


class ReadsClaims(Protocol):
    """The embedded claim reader."""

    def read(self, messages: "tuple[Message, ...]") -> Reading:
        """Facts of the buyer's messages. Blocking."""
        ...


class ReadsCase(Protocol):
    """A reader that fetches the files it needs through a reading port."""

    async def read(self, bundle: CaseBundle) -> Reading:
        """Facts of one kind of evidence."""
        ...


class ReadingDesk:
    """The nodes of the reading graph and the readers they use."""

    def __init__(
        self,
        cases: CaseReading,
        claims: ReadsClaims,
        photos: ReadsCase,
        routes: ReadsCase,
        second_opinion: Callable[[CaseBundle, Reading], Awaitable[tuple[Reading, tuple[str, ...]]]] | None = None,
    ) -> None:
        self._cases = cases
        self._claims = claims
        self._photos = photos
        self._routes = routes
        self._second_opinion = second_opinion

    @typed
    async def claim(self, state: CaseToRead) -> dict[str, Any]:
        """Read what the buyer says; a hosted model's reading is merged in when one is configured."""
        bundle = await self._cases.bundle(state.merchant, state.case_id)
        reading = await asyncio.to_thread(self._claims.read, bundle.messages)
        doubts: tuple[str, ...] = ()
        if self._second_opinion is not None:
            reading, doubts = await self._second_opinion(bundle, reading)
        return {"claim": reading, "doubts": doubts}

    @typed
    async def photos(self, state: CaseToRead) -> dict[str, Any]:
        """Read the pictures."""
        return {"photos": await self._photos.read(await self._cases.bundle(state.merchant, state.case_id))}

    @typed
    async def journey(self, state: CaseToRead) -> dict[str, Any]:
        """Read the order as sold and the parcel's route."""
        bundle = await self._cases.bundle(state.merchant, state.case_id)
        order = read_order(bundle)
        route = await self._routes.read(bundle)
        return {"journey": Reading(facts=(*order.facts, *route.facts), missing=(*order.missing, *route.missing))}


def reading_graph(desk: ReadingDesk) -> StateGraph[ReadingState]:
    """A fresh, uncompiled graph. `reading.claim`, `reading.photos`, `reading.journey` are activity names on disk."""
    graph = StateGraph(ReadingState)
    for name, node in (("claim", desk.claim), ("photos", desk.photos), ("journey", desk.journey)):
        graph.add_node(name, node, input_schema=CaseToRead, metadata={"execute_in": "activity"})  # pyright: ignore
        graph.add_edge(START, name)
    return graph
