"""What every request passes first: its key, its rate, its size, and the answer it may have had before.

An Idempotency-Key makes a POST repeatable: the same request under the same key gets the first one's answer (with the
header `idempotent-replayed`), another request 422, the same while the first is worked on 409. Only success is kept: a
refusal changed nothing, and leaves its key free. A multipart body's boundary, which clients draw anew each time, does
not make it another request.
"""

import base64
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from email.message import Message as HeaderMessage

from limits import RateLimitItemPerMinute
from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.api.problems import Place, problem
from console.web.house import House
from console.web.security.rate import Rates, TooOften
from console.web.security.seen import ONCE_IN, record_key_use
from tools.bundles.limits import BUNDLE_BYTES, MIB
from tools.records.api_keys import ApiKey, ApiKeys
from tools.records.records import RecordsUnavailable
from tools.records.remembered_answers import BeingDone, OtherRequest, RememberedAnswers, about_case, about_order

LARGEST = BUNDLE_BYTES + MIB
"""Bytes of a body: a whole bundle and what multipart puts around it."""
KEY_HEADER = "idempotency-key"
REPLAYED = "idempotent-replayed"
_KEY_FORM = re.compile(r"[\x21-\x7e]{1,200}")
_KEPT_HEADERS = ("content-type", "location")
_OF_CASE = re.compile(r"(?:/sandbox)?/cases/(?P<case_id>[^/]+)/.+")
_PUBLIC = frozenset({"/openapi.json"})


class ApiDoor:
    """ASGI middleware in front of the API."""

    def __init__(self, app: ASGIApp, *, house: House, requests_per_minute: int) -> None:
        self._app = app
        self._house = house
        records = house.installation.records
        self._keys = ApiKeys(records)
        self._answers = RememberedAnswers(records)
        self._rates = Rates()
        self._noted: dict[str, float] = {}
        """When the use of a key was last chained, on this process's clock."""
        self._limit = RateLimitItemPerMinute(requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, repeat its answer, or refuse it."""
        if scope["type"] != "http" or _path(scope) in _PUBLIC:
            await self._app(scope, receive, send)
            return
        try:
            await self._let_in(scope, receive, send)
        except RecordsUnavailable as down:
            refusal = problem(503, f"nothing was changed; try again: {down}", headers={"retry-after": "2"})
            await refusal(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        kind, _, secret = headers.get("authorization", "").partition(" ")
        key = await self._keys.find(secret.strip()) if kind.lower() == "bearer" else None
        if key is None:
            detail = "send `Authorization: Bearer …` with a key; `amends keys make` makes one"
            await problem(401, detail, headers={"www-authenticate": "Bearer"})(scope, receive, send)
            return
        scope.setdefault("state", {})["key"] = key
        policy = f'"key";q={self._limit.amount};w=60'
        try:
            await self._rates.refuse_too_often(self._limit, key.key_id)
        except TooOften:
            waits = await self._rates.waits(self._limit, key.key_id)
            told = {"retry-after": str(waits), "ratelimit-policy": policy, "ratelimit": f'"key";r=0;t={waits}'}
            detail = f"a key may ask {self._limit.amount} times a minute; wait {waits} s"
            await problem(429, detail, headers=told)(scope, receive, send)
            return
        await self._note_use(key)
        left, resets = await self._rates.left(self._limit, key.key_id)

        async def with_rate(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                told["ratelimit-policy"] = policy
                told["ratelimit"] = f'"key";r={left};t={resets}'
            await send(message)

        if scope["method"] != "POST":
            await self._app(scope, receive, with_rate)
            return
        body = await _body(receive)
        if body is None:
            await problem(413, f"a body may have {LARGEST} bytes")(scope, receive, with_rate)
            return
        await self._once(scope, key, body, with_rate)

    async def _note_use(self, key: ApiKey) -> None:
        # The chain is asked once in a while and not by every request.
        now, noted = time.monotonic(), self._noted.get(key.key_id)
        if noted is None or now - noted >= ONCE_IN.total_seconds():
            await record_key_use(self._house, key)
            self._noted[key.key_id] = now

    async def _once(self, scope: Scope, key: ApiKey, body: bytes, send: Send) -> None:
        headers = Headers(scope=scope)
        again = _again(body)
        name = headers.get(KEY_HEADER)
        if name is None:
            await self._app(scope, again, send)
            return
        if not _KEY_FORM.fullmatch(name):
            mend = "write 1 to 200 visible ASCII characters, for example a random UUID"
            place = Place(pointer="", parameter="Idempotency-Key", problem="has the wrong form", mend=mend)
            await problem(422, "the request cannot be taken", [place])(scope, again, send)
            return
        try:
            begun = await self._answers.begin(key.merchant, name, _digest(scope, headers, body))
        except OtherRequest:
            detail = "this Idempotency-Key was used for another request; use a new one"
            await problem(422, detail)(scope, again, send)
            return
        except BeingDone:
            detail = "the first request under this Idempotency-Key is being worked on; ask again in a moment"
            await problem(409, detail, headers={"retry-after": "1"})(scope, again, send)
            return
        if isinstance(begun, bytes):
            await _repeat(begun, send)
            return
        answer = _Answer(send)
        try:
            await self._app(scope, again, answer.take)
        except Exception:
            await self._answers.give_up(key.merchant, name, begun)
            raise
        # Kept before it is sent: whoever has seen the answer gets the same one again.
        if 200 <= answer.status < 300:
            about = _about(_path(scope), answer.body)
            await self._answers.keep(key.merchant, name, begun, answer.packed(), about=about)
        else:
            await self._answers.give_up(key.merchant, name, begun)
        await answer.give()


class _Answer:
    """An answer held back until it is kept."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []
        self.status = 500

    async def take(self, message: Message) -> None:
        self._messages.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]

    async def give(self) -> None:
        for message in self._messages:
            await self._send(message)

    @property
    def body(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self._messages if each["type"] == "http.response.body")

    def packed(self) -> bytes:
        start = next(each for each in self._messages if each["type"] == "http.response.start")
        headers = MutableHeaders(raw=start["headers"])
        return json.dumps(
            {
                "status": self.status,
                "headers": {name: headers[name] for name in _KEPT_HEADERS if name in headers},
                "body": base64.b64encode(self.body).decode(),
            }
        ).encode()


async def _repeat(packed: bytes, send: Send) -> None:
    kept = json.loads(packed)
    body = base64.b64decode(kept["body"])
    headers = {**kept["headers"], "content-length": str(len(body)), REPLAYED: "true"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": kept["status"], "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _body(receive: Receive) -> bytes | None:
    read = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(read)
        read += message.get("body", b"")
        if len(read) > LARGEST:
            return None
        if not message.get("more_body", False):
            return bytes(read)


def _again(body: bytes) -> Callable[[], Awaitable[Message]]:
    """The body once more, for the application behind."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return left.pop() if left else {"type": "http.disconnect"}

    return receive


def _digest(scope: Scope, headers: Headers, body: bytes) -> str:
    kind = HeaderMessage()
    kind["content-type"] = headers.get("content-type", "")
    boundary = kind.get_param("boundary")
    if isinstance(boundary, str) and boundary:
        body = body.replace(boundary.encode(), b"boundary")
    parts = (scope["method"], _path(scope), scope.get("query_string", b"").decode("latin-1"), kind.get_content_type())
    return hashlib.sha256(json.dumps(parts).encode() + body).hexdigest()


class _Named(BaseModel):
    """What an answer names as its own subject."""

    case_id: str | None = None
    order_id: str | None = None


def _about(path: str, body: bytes) -> str | None:
    """The case or order an answer tells of: named by the path, or by the answer itself where the request made it."""
    asked = _OF_CASE.fullmatch(path)
    if asked is not None:
        return about_case(asked["case_id"])
    try:
        named = _Named.model_validate_json(body)
    except ValidationError:
        return None
    if named.case_id is not None:
        return about_case(named.case_id)
    return about_order(named.order_id) if named.order_id is not None else None


def _path(scope: Scope) -> str:
    """The path within the API, wherever it is mounted."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
