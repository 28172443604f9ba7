"""The one gateway to language models: masks, bounds, checks and records; never raises for a bad model."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from agents.models.breaker import Breaker
from agents.models.calls import ModelAnswer, ModelCall, ModelCallRecorder, ModelFailure, ModelTask
from agents.models.masking import Masking
from agents.models.prompts import Prompt
from agents.models.wire import Reply, Wire
from tools.settings import ModelEndpoint, Settings
from tools.telemetry.calls import Called, watched_call

T = TypeVar("T", bound=BaseModel)

_MAX_IMAGES = 4
_AT_ONCE = 4
"""Requests in flight per endpoint: a hosted account's rate limit and a local server's slots are both small."""
_Question = tuple[str, str, Sequence[bytes]]
"""System text, user text and images, masked."""
_FENCED_JSON = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", flags=re.DOTALL)


class _Line:
    """What the gateway keeps about one endpoint."""

    def __init__(self, endpoint: ModelEndpoint, clock: Callable[[], float]) -> None:
        self.endpoint = endpoint
        self.wire = Wire(endpoint)
        self.breaker = Breaker(clock)
        self.slots = asyncio.Semaphore(_AT_ONCE)
        self.takes_schemas = True


@dataclass(slots=True)
class _Exchange:
    """What one question has cost so far."""

    sent: int = 0
    tokens_in: int | None = None
    tokens_out: int | None = None

    def count(self, reply: Reply) -> None:
        if reply.tokens_in is not None and reply.tokens_out is not None:
            self.tokens_in = (self.tokens_in or 0) + reply.tokens_in
            self.tokens_out = (self.tokens_out or 0) + reply.tokens_out

    def cost_micro_usd(self, endpoint: ModelEndpoint) -> int | None:
        per_in, per_out = endpoint.price_per_million_input, endpoint.price_per_million_output
        if self.tokens_in is None or self.tokens_out is None or per_in is None or per_out is None:
            return None
        # A price in dollars per million tokens is micro-dollars per token.
        return round(self.tokens_in * per_in + self.tokens_out * per_out)


class ModelGateway:
    """Every question to a language model goes through here.

    A question is masked, sent without tools, at most twice and within the endpoint's time limit, first with
    a JSON Schema, then asking for plain JSON; the answer is validated by pydantic against the asked type.
    `recorder` gets one `ModelCall` per question. `clock` gives monotonic seconds.
    """

    def __init__(
        self, settings: Settings, recorder: ModelCallRecorder, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        chosen = {
            ModelTask.CLAIMS: settings.model_claims or settings.model,
            ModelTask.PHOTOS: settings.model_photos or settings.model,
            ModelTask.PROSE: settings.model_prose or settings.model,
        }
        # Tasks that share an endpoint share its breaker and its slots.
        lines: list[_Line] = []
        self._lines: dict[ModelTask, _Line] = {}
        for task, endpoint in chosen.items():
            if endpoint is None:
                continue
            line = next((line for line in lines if line.endpoint == endpoint), None)
            if line is None:
                line = _Line(endpoint, clock)
                lines.append(line)
            self._lines[task] = line

    def model_for(self, task: ModelTask) -> str | None:
        """The name of the model that would be asked; None when the embedded readers are all there is."""
        line = self._lines.get(task)
        return None if line is None else line.endpoint.name

    async def close(self) -> None:
        """Close all connections."""
        for line in {id(line): line for line in self._lines.values()}.values():
            await line.wire.close()

    async def ask(
        self, task: ModelTask, prompt: Prompt, schema: type[T], *, images: Sequence[bytes] = ()
    ) -> ModelAnswer[T]:
        """Ask for a `schema`; `images` are at most four JPEGs without metadata.

        The answer's text fields come back unmasked. Raises only what `recorder` raises, and ValueError for
        too many images.
        """
        if len(images) > _MAX_IMAGES:
            raise ValueError(f"{len(images)} images in one question; send at most {_MAX_IMAGES}")
        masking = Masking(prompt.personal)
        system, user = prompt.render(masking.mask)
        digest = _digest(system, user, images)
        began = self._clock()
        line = self._lines.get(task)
        exchange = _Exchange()
        with watched_call(Called.MODEL, task.value, prompt.document.label) as call:
            value, last = await self._through_breaker(line, (system, user, images), schema, exchange)
            call.result = "answered" if last.failure is None else last.failure.value
        model = None if line is None else line.endpoint.name
        await self._recorder.record(
            ModelCall(
                task=task,
                model=model,
                prompt=prompt.document.label,
                input_sha256=digest,
                attempts=exchange.sent,
                latency_ms=round((self._clock() - began) * 1000),
                tokens_in=exchange.tokens_in,
                tokens_out=exchange.tokens_out,
                cost_micro_usd=None if line is None else exchange.cost_micro_usd(line.endpoint),
                outcome="answered" if last.failure is None else last.failure.value,
                detail=last.detail,
            )
        )
        if value is None:
            return ModelAnswer(None, last.failure, last.detail, model)
        return ModelAnswer(masking.unmask_value(value), None, "", model)

    async def _through_breaker(
        self, line: _Line | None, question: _Question, schema: type[T], exchange: _Exchange
    ) -> tuple[T | None, Reply]:
        if line is None:
            return None, Reply(None, ModelFailure.MISSING, "no model is configured for this task")
        async with line.slots:
            # Asked after the wait for a slot: those queued behind a dead endpoint's first victims go free.
            if not line.breaker.admit():
                return None, Reply(None, ModelFailure.UNREACHABLE, "not asked: the endpoint failed moments ago")
            try:
                async with asyncio.timeout(line.endpoint.timeout_seconds):
                    value, last = await self._attempts(line, question, schema, exchange)
            except TimeoutError:
                value, last = None, Reply(None, ModelFailure.SLOW, "no answer within the time limit", down=True)
            except BaseException:
                line.breaker.abandoned()
                raise
            if last.down:
                line.breaker.failed()
            else:
                line.breaker.passed()
            return value, last

    async def _attempts(
        self, line: _Line, question: _Question, schema: type[T], exchange: _Exchange
    ) -> tuple[T | None, Reply]:
        """At most two requests; the second asks for plain JSON, which every model can at least try."""
        system, user, images = question
        schema_refused = False
        if line.takes_schemas:
            exchange.sent += 1
            reply = await line.wire.send(system, user, schema, images)
            exchange.count(reply)
            value, reply = _validated(reply, schema)
            if value is not None or not (reply.schema_refused or reply.failure is ModelFailure.NONSENSE):
                return value, reply
            schema_refused = reply.schema_refused
        exchange.sent += 1
        reply = await line.wire.send(f"{system}\n\n{_in_words(schema)}", user, None, images)
        exchange.count(reply)
        value, reply = _validated(reply, schema)
        if value is not None and schema_refused:
            line.takes_schemas = False
        return value, reply


def _in_words(schema: type[BaseModel]) -> str:
    wanted = json.dumps(schema.model_json_schema(), ensure_ascii=False, separators=(",", ":"))
    return f"Answer with one JSON object and nothing else. It must fit this JSON Schema:\n{wanted}"


def _validated(reply: Reply, schema: type[T]) -> tuple[T | None, Reply]:
    if reply.text is None:
        return None, reply
    text = reply.text.strip()
    fenced = _FENCED_JSON.fullmatch(text)
    try:
        return schema.model_validate_json(fenced[1] if fenced else text), reply
    except ValidationError as error:
        # Only where and which rule: what the model wrote is not repeated into logs.
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"] if str(part) in schema.model_fields) or "the answer"
        detail = f"{place} is not of the asked type ({first['type']})"
        return None, Reply(None, ModelFailure.NONSENSE, detail, reply.tokens_in, reply.tokens_out)


def _digest(system: str, user: str, images: Sequence[bytes]) -> str:
    parts = [system.encode(), user.encode(), *images]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
