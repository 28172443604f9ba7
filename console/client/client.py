"""`AmendsClient`: one method per operation of `/v1`, named as the operation, typed on both sides."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Self, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from console.api.problems import Problem
from console.api.shapes import (
    Answer,
    CaseListed,
    CaseOpened,
    CaseRead,
    CorrectionGiven,
    DecisionListed,
    DecisionRead,
    DeliveryListed,
    DocumentListed,
    EndpointAsked,
    EndpointListed,
    EndpointMade,
    EvidenceTaken,
    ExportAsked,
    KeyListed,
    MessageSaid,
    OrderHeld,
    OrderTaken,
    OutcomeListed,
    Page,
    ReturnGiven,
    ReviewGiven,
    SandboxDecision,
    SandboxPlayed,
    SecretRotated,
)
from console.client.operations import OPERATIONS
from knowledge.case import CaseBundle, CaseKind
from knowledge.order_snapshot import OrderSnapshot
from tools.outgoing.events import Event
from tools.records.case_words import EvidenceAddition
from tools.records.webhook_deliveries import DeliveryState
from workflows.messages import Stage

_Model = TypeVar("_Model", bound=BaseModel)
_Item = TypeVar("_Item")
_Parts = list[tuple[str, tuple[str, bytes, str]]]
_TRIES = 4
_WORTH_REPEATING = frozenset({429, 503})


class AmendsRefused(Exception):
    """The API refused; `problem` says what and what to do."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        places = "; ".join(f"{each.parameter or each.pointer or 'the request'}: {each.problem} ({each.mend})"
                           for each in problem.problems)  # fmt: skip
        super().__init__(f"{problem.status} {problem.title}: {problem.detail}{f' -- {places}' if places else ''}")


class AmendsClient:
    """A client of the API at `address` (without `/v1`). Use it as an async context manager.

    Requests that change something carry an Idempotency-Key and are repeated, up to four times in all, while the server
    cannot be reached or says that it is too early; they are done once.
    """

    def __init__(self, address: str, key: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{address.rstrip('/')}/v1",
            headers={"authorization": f"Bearer {key}"},
            timeout=60,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def freeze_order(self, order: OrderSnapshot) -> OrderTaken:
        """Freeze an order with its shipments."""
        return await self._post("freeze_order", OrderTaken, content=_document(order))

    async def read_order(self, order_id: str) -> OrderHeld:
        """That an order is held."""
        return await self._get("read_order", OrderHeld, order_id=order_id)

    async def submit_case(self, bundle: CaseBundle, files: Mapping[str, bytes] | None = None) -> CaseOpened:
        """Submit a case with its files, by the paths the bundle names."""
        if not files:
            return await self._post("submit_case", CaseOpened, content=_document(bundle))
        return await self._post("submit_case", CaseOpened, parts=_parts("case", bundle, files))

    async def list_cases(
        self, *, stage: Stage | None = None, kind: CaseKind | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[CaseListed]:
        """A page of cases, the one taken in last first."""
        asked = {"stage": stage, "kind": kind, "cursor": cursor, "limit": limit}
        return await self._get("list_cases", Page[CaseListed], asked)

    async def read_case(self, case_id: str) -> CaseRead:
        """A case with its facts."""
        return await self._get("read_case", CaseRead, case_id=case_id)

    async def add_evidence(
        self, case_id: str, addition: EvidenceAddition, files: Mapping[str, bytes] | None = None
    ) -> EvidenceTaken:
        """Add evidence to an open case."""
        parts = _parts("evidence", addition, files or {})
        return await self._post("add_evidence", EvidenceTaken, parts=parts, case_id=case_id)

    async def say(self, case_id: str, said: MessageSaid) -> Answer:
        """Relay the buyer's answer."""
        return await self._post("say", Answer, content=_document(said), case_id=case_id)

    async def review(self, case_id: str, given: ReviewGiven) -> Answer:
        """Decide a case that waits."""
        return await self._post("review", Answer, content=_document(given), case_id=case_id)

    async def correct_fact(self, case_id: str, given: CorrectionGiven) -> Answer:
        """Supply a fact, or set one right."""
        return await self._post("correct_fact", Answer, content=_document(given), case_id=case_id)

    async def receive_return(self, case_id: str, given: ReturnGiven) -> Answer:
        """Say that the goods came back."""
        return await self._post("receive_return", Answer, content=_document(given), case_id=case_id)

    async def list_decisions(self, case_id: str) -> Page[DecisionListed]:
        """The decisions on a case."""
        return await self._get("list_decisions", Page[DecisionListed], case_id=case_id)

    async def read_decision(self, case_id: str, decision_id: str) -> DecisionRead:
        """A decision with its reasons."""
        return await self._get("read_decision", DecisionRead, case_id=case_id, decision_id=decision_id)

    async def list_documents(self, case_id: str) -> Page[DocumentListed]:
        """Letters, packets and proofs of a case."""
        return await self._get("list_documents", Page[DocumentListed], case_id=case_id)

    async def read_document(self, case_id: str, sha256: str) -> bytes:
        """A letter, packet or proof, byte for byte."""
        return (await self._ask("read_document", {}, case_id=case_id, sha256=sha256)).content

    async def list_outcomes(self, *, cursor: str | None = None, limit: int = 50) -> Page[OutcomeListed]:
        """A page of outcomes, oldest first."""
        return await self._get("list_outcomes", Page[OutcomeListed], {"cursor": cursor, "limit": limit})

    async def export_month(self, asked: ExportAsked) -> bytes:
        """A month as a file."""
        return (await self._change("export_month", content=_document(asked))).content

    async def list_keys(self) -> Page[KeyListed]:
        """The merchant's keys."""
        return await self._get("list_keys", Page[KeyListed])

    async def read_this_key(self) -> KeyListed:
        """The key this client uses."""
        return await self._get("read_this_key", KeyListed)

    async def list_events(self, *, cursor: str | None = None, limit: int = 50) -> Page[Event]:
        """A page of events, oldest first."""
        return await self._get("list_events", Page[Event], {"cursor": cursor, "limit": limit})

    async def make_endpoint(self, asked: EndpointAsked) -> EndpointMade:
        """Be told of events at an address."""
        return await self._post("make_endpoint", EndpointMade, content=_document(asked))

    async def list_endpoints(self) -> Page[EndpointListed]:
        """The merchant's webhook endpoints."""
        return await self._get("list_endpoints", Page[EndpointListed])

    async def remove_endpoint(self, endpoint_id: str) -> None:
        """Be told nothing more there."""
        await self._ask("remove_endpoint", {}, endpoint_id=endpoint_id)

    async def rotate_secret(self, endpoint_id: str) -> SecretRotated:
        """Another secret for an endpoint."""
        return await self._post("rotate_secret", SecretRotated, endpoint_id=endpoint_id)

    async def list_deliveries(
        self,
        *,
        endpoint_id: str | None = None,
        state: DeliveryState | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[DeliveryListed]:
        """A page of deliveries, the newest event first."""
        asked = {"endpoint_id": endpoint_id, "state": state, "cursor": cursor, "limit": limit}
        return await self._get("list_deliveries", Page[DeliveryListed], asked)

    async def replay_delivery(self, delivery_id: str) -> DeliveryListed:
        """Have a delivery made again."""
        return await self._post("replay_delivery", DeliveryListed, delivery_id=delivery_id)

    async def play_payment(self, bundle: CaseBundle, files: Mapping[str, bytes] | None = None) -> SandboxPlayed:
        """Make the bundle's payment and dispute exist at the sandbox."""
        return await self._post("play_payment", SandboxPlayed, parts=_parts("case", bundle, files or {}))

    async def force_outcome(self, case_id: str, decided: SandboxDecision) -> SandboxPlayed:
        """Have the sandbox's bank decide the case's dispute."""
        return await self._post("force_outcome", SandboxPlayed, content=_document(decided), case_id=case_id)

    async def every(self, read: Callable[[str | None], Awaitable[Page[_Item]]]) -> AsyncIterator[_Item]:
        """Every item of a list, page after page: `client.every(lambda at: client.list_cases(cursor=at))`."""
        cursor: str | None = None
        while True:
            page = await read(cursor)
            for item in page.items:
                yield item
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    async def _get(
        self, operation: str, shape: type[_Model], asked: Mapping[str, object] | None = None, **path: str
    ) -> _Model:
        return shape.model_validate_json((await self._ask(operation, asked or {}, **path)).content)

    async def _ask(self, operation: str, asked: Mapping[str, object], **path: str) -> httpx.Response:
        method, template = OPERATIONS[operation]
        given = {name: str(value) for name, value in asked.items() if value is not None}
        return await self._repeating(lambda: self._http.request(method, template.format(**path), params=given))

    async def _post(
        self,
        operation: str,
        shape: type[_Model],
        *,
        content: bytes | None = None,
        parts: _Parts | None = None,
        **path: str,
    ) -> _Model:
        return shape.model_validate_json((await self._change(operation, content=content, parts=parts, **path)).content)

    async def _change(
        self, operation: str, *, content: bytes | None = None, parts: _Parts | None = None, **path: str
    ) -> httpx.Response:
        method, template = OPERATIONS[operation]
        headers = {"idempotency-key": str(uuid.uuid4())}
        if content is not None:
            headers["content-type"] = "application/json"
        return await self._repeating(
            lambda: self._http.request(method, template.format(**path), content=content, files=parts, headers=headers)
        )

    async def _repeating(self, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        for left in range(_TRIES - 1, -1, -1):
            try:
                answer = await ask()
            except httpx.TransportError:
                if not left:
                    raise
                await asyncio.sleep(1)
                continue
            if answer.is_success:
                return answer
            waits = answer.headers.get("retry-after")
            # A 409 that says when to ask again means that the same request is being worked on.
            if not left or not (answer.status_code in _WORTH_REPEATING or (answer.status_code == 409 and waits)):
                raise AmendsRefused(_problem(answer))
            await asyncio.sleep(float(waits or 1))
        raise AssertionError("unreachable: the last try raises or returns")


def _problem(answer: httpx.Response) -> Problem:
    try:
        return TypeAdapter(Problem).validate_json(answer.content)
    except ValidationError:
        return Problem(title=answer.reason_phrase, status=answer.status_code, detail=answer.text[:200])


def _document(model: BaseModel) -> bytes:
    return model.model_dump_json(exclude_none=True).encode()


def _parts(name: str, model: BaseModel, files: Mapping[str, bytes]) -> _Parts:
    first = (name, (f"{name}.json", _document(model), "application/json"))
    return [first, *(("files", (path, content, "application/octet-stream")) for path, content in files.items())]
