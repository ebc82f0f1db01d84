"""Decides how a language model is called: any OpenAI-compatible endpoint, with patience that ends.

Whatever the endpoint does, the caller gets checked text or `ModelUnavailable`. What an endpoint
cannot do (JSON by schema, counting tokens, a temperature) is found out by trying once. One answer
waits no longer for all its calls than for one, and after a failure the endpoint is left alone.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import openai
import structlog
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice, ChoiceDelta
from pydantic import BaseModel

from bot.breaker import Breaker
from bot.json_ladder import LADDER, in_prompt, parsed, shaped
from bot.settings import Settings, UnusableSetting
from indexing.language_model import Call, LanguageModel, ModelUnavailable, Prompt, T, Usage, Why

if TYPE_CHECKING:  # what the SDK itself speaks HTTP with
    import httpx2

log = structlog.get_logger()

RETRIES = 1
"""By the SDK, of a request that failed before its answer began."""
WAIT = 2.0
"""Seconds that an endpoint may ask us to wait before a retry; longer, and we do without it."""
CHARACTERS_A_TOKEN = 8
"""More than any tokenizer gives on average: whoever writes more does not keep to the limit."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an endpoint may take, in seconds; `total` bounds one call with its retries.

    `first` is until the first text, and for a person who waits and sees nothing yet it is all the
    time there is: for every call of one answer together, until its first sentence is shown.
    """

    connect: float = 5
    first: float = 30
    between: float = 15
    total: float = 90


@dataclass(slots=True)
class _Abilities:
    """What this endpoint was found to do. `rung` is settled once JSON came out of it."""

    rung: int = 0
    settled: bool = False
    options: dict[str, Any] = field(
        default_factory=lambda: {
            "max_tokens": "max_tokens",
            "temperature": 0,
            "stream_options": {"include_usage": True},
        }
    )

    def parameters(self, max_tokens: int) -> dict[str, Any]:
        named = dict(self.options)
        return {named.pop("max_tokens"): max_tokens, **named}

    def refuse(self, error: openai.BadRequestError) -> bool:
        """Do without the parameter that this error names; False when it names none of ours."""
        said = str(error.param or error.message)
        if "max_tokens" in said and self.options["max_tokens"] == "max_tokens":
            # What reasoning models call it, and what else to call it no endpoint knows.
            self.options["max_tokens"] = "max_completion_tokens"
            return True
        for name in ("temperature", "stream_options"):
            if name in said and name in self.options:
                del self.options[name]
                return True
        return False


class EndpointModel:
    """A model of an OpenAI-compatible endpoint. Raises `ModelUnavailable` and nothing else.

    Without a breaker it is asked again and again, whatever came of it: for batches, where every
    question counts and nobody waits.
    """

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        name: str,
        patience: Patience,
        breaker: Breaker | None = None,
    ) -> None:
        self._client = client
        self._name = name
        self._patience = patience
        self._breaker = breaker
        self._abilities = _Abilities()
        self.cites = True

    @property
    def name(self) -> str:
        return self._name

    async def ask(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        """Ask for JSON of this shape, from the best rung of the ladder that this endpoint has."""
        with self._breaker.call() if self._breaker else nullcontext():
            return await self._climb(prompt, answer, usage)

    async def _climb(self, prompt: Prompt, answer: type[T], usage: Usage) -> T:
        able = self._abilities
        first = able.rung
        for rung in range(first, first + 1 if able.settled else len(LADDER)):
            last = able.settled or rung == len(LADDER) - 1
            try:
                said = await self._whole(prompt, shaped(LADDER[rung], answer), usage)
                value = parsed(said, answer)
            except ModelUnavailable as failure:
                if last or failure.why not in {"refused", "broken", "off_schema", "endless"}:
                    raise
                continue
            able.rung, able.settled = rung, True
            return value
        raise AssertionError("the last rung returns or raises")

    async def write(
        self, prompt: Prompt, usage: Usage, shape: type[BaseModel] | None = None
    ) -> AsyncGenerator[str]:
        """Stream text, from the rung of the ladder that was settled by asking, if one was."""
        rung = LADDER[self._abilities.rung] if self._abilities.settled else "text"
        asked = shaped(rung, shape) if shape else {}
        with self._breaker.call() if self._breaker else nullcontext():
            async with aclosing(self._stream(*in_prompt(prompt, asked), usage)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _whole(self, prompt: Prompt, shape: dict[str, Any], usage: Usage) -> str:
        async with aclosing(self._stream(*in_prompt(prompt, shape), usage)) as pieces:
            return "".join([piece async for piece in pieces])

    async def _stream(
        self, prompt: Prompt, shape: dict[str, Any], usage: Usage
    ) -> AsyncGenerator[str]:
        """One call, with every failure named and its cost noted."""
        begun = time.perf_counter()
        heard = _Heard()
        try:
            async with aclosing(self._pieces(prompt, shape, heard, usage)) as pieces:
                async for piece in pieces:
                    yield piece
        except ModelUnavailable as failure:
            log.warning("model_failed", model=self._name, why=failure.why)
            raise
        except (openai.OpenAIError, json.JSONDecodeError, TimeoutError) as error:
            why = _why(error, heard)
            status = getattr(error, "status_code", None)
            # Not the endpoint's own words: they may repeat what it was shown.
            log.warning("model_failed", model=self._name, why=why, status=status)
            raise ModelUnavailable(why, type(error).__name__) from error
        finally:
            took = time.perf_counter() - begun
            usage.calls.append(Call(heard.read, heard.written, took * 1000))

    async def _pieces(
        self, prompt: Prompt, shape: dict[str, Any], heard: _Heard, usage: Usage
    ) -> AsyncGenerator[str]:
        """The text of a stream that keeps to the time, to the length, and comes to an end."""
        spent, begun = usage.ms / 1000, time.perf_counter()
        characters = 0
        wait = self._patience.first

        def left() -> float:
            took = time.perf_counter() - begun
            most = self._patience.total - took
            return min(most, self._patience.first - spent - took) if usage.awaited else most

        async with await self._begin(prompt, shape, left()) as stream:
            chunks = aiter(stream)
            while True:
                async with asyncio.timeout(min(wait, left())):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    break
                if text := heard.text(chunk):
                    wait = self._patience.between
                    characters += len(text)
                    yield text
                if characters > CHARACTERS_A_TOKEN * prompt.max_tokens:
                    raise ModelUnavailable("endless", f"{characters} characters")
        if heard.ended != "stop":
            raise ModelUnavailable(_ENDS.get(heard.ended, "broken"), f"ended: {heard.ended!r}")

    async def _begin(
        self, prompt: Prompt, shape: dict[str, Any], seconds: float
    ) -> openai.AsyncStream[ChatCompletionChunk]:
        """Send the request, without the parameters that this endpoint turns out to refuse."""
        messages: Any = [{"role": role, "content": text} for role, text in prompt.messages]
        while True:
            parameters = self._abilities.parameters(prompt.max_tokens)
            try:
                async with asyncio.timeout(min(self._patience.first, seconds)):
                    stream: openai.AsyncStream[
                        ChatCompletionChunk
                    ] = await self._client.chat.completions.create(
                        model=self._name, messages=messages, stream=True, **parameters, **shape
                    )
                    return stream
            except openai.BadRequestError as error:
                if not self._abilities.refuse(error):
                    raise


_ENDS: dict[str, Why] = {"": "cut_off", "length": "endless", "content_filter": "refused"}


@dataclass(slots=True)
class _Heard:
    """What a stream told us. The SDK does not check what it is sent, so nothing is taken as given."""

    began: bool = False
    ended: str = ""
    read: int = 0
    written: int = 0

    def text(self, chunk: object) -> str:
        """The text of one piece of the stream; its count and its end are noted."""
        self.began = True
        match chunk:
            case ChatCompletionChunk(
                usage=CompletionUsage(prompt_tokens=int(read), completion_tokens=int(written))
            ):
                self.read, self.written = read, written
        match chunk:
            case ChatCompletionChunk(choices=[Choice() as choice, *_]):
                pass
            case ChatCompletionChunk(choices=[]):
                return ""
            case _:
                raise ModelUnavailable("broken", "a piece of the stream is none")
        match choice:
            case Choice(finish_reason=str(ended)):
                self.ended = ended
        match choice:
            case Choice(delta=ChoiceDelta(refusal=str(declined))) if declined:
                raise ModelUnavailable("refused", "the model declined")
            case Choice(delta=ChoiceDelta(content=str(text))):
                return text
        return ""


def _why(error: Exception, heard: _Heard) -> Why:
    """What the failure of a call means to us."""
    match error:
        case TimeoutError() | openai.APITimeoutError():
            return "timeout"
        case openai.RateLimitError():
            return "rate_limited"
        case openai.APIConnectionError():
            return "cut_off" if heard.began else "unreachable"
        case openai.APIStatusError() if error.status_code < 500:
            return "refused"
    return "broken"


@asynccontextmanager
async def endpoint_model(
    base_url: str,
    api_key: str,
    name: str,
    patience: Patience | None = None,
    breaker: Breaker | None = None,
) -> AsyncIterator[EndpointModel]:
    """A model of an endpoint, closed at the end. `patience` None means the house's own."""
    patience = patience or Patience()
    async with openai.AsyncOpenAI(
        base_url=base_url or None,
        api_key=api_key or "none",
        max_retries=RETRIES,
        timeout=openai.Timeout(patience.total, connect=patience.connect),
        http_client=openai.DefaultAsyncHttpxClient(
            event_hooks={"response": [_no_long_wait]}, follow_redirects=False
        ),
    ) as client:
        yield EndpointModel(client, name, patience, breaker)


async def _no_long_wait(response: httpx2.Response) -> None:
    """Keep the SDK from sleeping as long as an endpoint asks; it takes this header as an order."""
    asked = response.headers.get("retry-after", "0")
    if not asked.replace(".", "", 1).isdigit() or float(asked) > WAIT:
        response.headers["x-should-retry"] = "false"


@asynccontextmanager
async def language_model(
    settings: Settings, breaker: Breaker | None = None
) -> AsyncIterator[LanguageModel | None]:
    """The configured model; None when there is none, which is a supported mode."""
    if not settings.jobaid_model:
        yield None
        return
    if not settings.openai_base_url and not settings.openai_api_key:
        raise UnusableSetting(
            "JOBAID_MODEL is set, but neither OPENAI_BASE_URL nor OPENAI_API_KEY is. Set the"
            " endpoint that serves the model, or leave JOBAID_MODEL out to answer without one."
        )
    async with endpoint_model(
        settings.openai_base_url, settings.openai_api_key, settings.jobaid_model, None, breaker
    ) as model:
        yield model
