"""One request to an OpenAI-compatible endpoint: bounded in time, tokens and bytes, without tools and retries."""

import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx
import openai
from langchain.chat_models import init_chat_model
from langchain_core.exceptions import ModelRefusalError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel

from agents.models.calls import ModelFailure
from tools.settings import ModelEndpoint

MAX_RESPONSE_BYTES = 256 * 1024
"""An answer of 1200 tokens is some 10 KiB of JSON; more than this is not an answer."""


class AnswerTooLongError(Exception):
    """The endpoint sent more bytes than any answer needs, or hid their number by compressing them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request came to: `text`, or a failure with words for people."""

    text: str | None
    failure: ModelFailure | None
    detail: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    down: bool = False
    """The endpoint as a whole is silent, gone or full: what the breaker must know."""
    schema_refused: bool = False
    """The endpoint rejected the request as such; asking without `response_format` may help."""


class _BoundedStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for chunk in self._stream:
            seen += len(chunk)
            if seen > MAX_RESPONSE_BYTES:
                raise AnswerTooLongError
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx.Response) -> None:
    # We ask for identity: a compressed answer could grow without bound after the count.
    if response.headers.get("content-encoding", "identity") != "identity":
        raise AnswerTooLongError
    response.stream = _BoundedStream(cast(httpx.AsyncByteStream, response.stream))


class Wire:
    """The connection to one endpoint. Redirects are not followed: the key and the case go where the operator said."""

    def __init__(self, endpoint: ModelEndpoint) -> None:
        self._endpoint = endpoint
        self._http = httpx.AsyncClient(
            timeout=endpoint.timeout_seconds,
            headers={"accept-encoding": "identity"},
            event_hooks={"response": [_bound]},
            follow_redirects=False,
        )
        self._precise = self._chat(temperature=0)
        # Some models take no temperature but their own and reject the request: the plain one leaves it out.
        self._plain = self._chat(temperature=None)

    def _chat(self, *, temperature: float | None) -> BaseChatModel:
        return init_chat_model(
            self._endpoint.name,
            model_provider="openai",
            base_url=self._endpoint.url,
            api_key=self._endpoint.key,
            max_retries=0,
            timeout=self._endpoint.timeout_seconds,
            max_tokens=self._endpoint.max_tokens,
            temperature=temperature,
            streaming=False,
            use_responses_api=False,
            http_async_client=self._http,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, system: str, user: str, schema: type[BaseModel] | None, images: Sequence[bytes]) -> Reply:
        """Ask once; `schema` goes as `response_format` json_schema, None asks for plain text. Never raises for a reply.

        `images` are JPEG bytes. Cancellation passes through: the caller's time limit cancels.
        """
        content: list[str | dict[Any, Any]] = [{"type": "text", "text": user}]
        for image in images:
            url = "data:image/jpeg;base64," + base64.b64encode(image).decode()
            content.append({"type": "image_url", "image_url": {"url": url}})
        chat = self._plain if schema is None else self._precise.bind(response_format=response_format(schema))
        try:
            message = await chat.ainvoke([SystemMessage(system), HumanMessage(content if images else user)])
        except Exception as error:  # every foreign failure becomes a typed one here; nothing else is in the try
            return _failed(error)
        usage = message.usage_metadata
        tokens_in, tokens_out = (usage["input_tokens"], usage["output_tokens"]) if usage else (None, None)
        if message.additional_kwargs.get("refusal"):
            return Reply(None, ModelFailure.REFUSED, "the model refused", tokens_in, tokens_out)
        if message.response_metadata.get("finish_reason") == "length":
            return Reply(None, ModelFailure.NONSENSE, "the answer ran to the token limit", tokens_in, tokens_out)
        text = message.text
        if not text.strip():
            return Reply(None, ModelFailure.NONSENSE, "the answer is empty", tokens_in, tokens_out)
        return Reply(text, None, "", tokens_in, tokens_out)


def response_format(schema: type[BaseModel]) -> dict[str, Any]:
    """The `response_format` of a type: its strict JSON Schema under its name."""
    parameters = openai.pydantic_function_tool(schema)["function"].get("parameters", {})
    return {"type": "json_schema", "json_schema": {"name": schema.__name__, "schema": parameters, "strict": True}}


def _causes(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and len(chain) < 10:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def _failed(error: Exception) -> Reply:
    if any(isinstance(cause, AnswerTooLongError) for cause in _causes(error)):
        return Reply(None, ModelFailure.NONSENSE, "the answer is longer than any answer needs to be")
    match error:
        case ModelRefusalError():
            return Reply(None, ModelFailure.REFUSED, "the model refused")
        case openai.LengthFinishReasonError():
            usage = error.completion.usage
            counts = (usage.prompt_tokens, usage.completion_tokens) if usage else (None, None)
            return Reply(None, ModelFailure.NONSENSE, "the answer ran to the token limit", *counts)
        case openai.ContentFilterFinishReasonError():
            return Reply(None, ModelFailure.REFUSED, "the endpoint's content filter stopped the answer")
        case openai.APITimeoutError():
            return Reply(None, ModelFailure.SLOW, "no answer within the time limit", down=True)
        case openai.APIConnectionError():
            return Reply(None, ModelFailure.UNREACHABLE, "no connection to the endpoint", down=True)
        case openai.APIStatusError(status_code=status):
            unreachable = status >= 500
            return Reply(
                None,
                ModelFailure.UNREACHABLE if unreachable else ModelFailure.REFUSED,
                f"the endpoint answered HTTP {status}",
                # 500 can be about this one question, a picture sent to a model without eyes; these are not.
                down=status in (429, 502, 503, 504),
                schema_refused=status in (400, 404, 415, 422, 500, 501),
            )
        case _:
            return Reply(None, ModelFailure.NONSENSE, f"the answer cannot be read ({type(error).__name__})")
