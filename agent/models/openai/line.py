"""Carries a question by langchain-openai: one request, one answer, no second try. Only this file knows the library."""

import asyncio
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import httpx2
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.models.chat import Answered, ChatFailed, Dialect, Fault, Question, Way, names_model
from agent.models.openai.connection import AnswerTooLarge, connection, no_connection
from agent.models.openai.faults import failure_of
from agent.models.spending import Tokens

COMPLETE = frozenset({"stop", "tool_calls", "function_call"})
NO_KEY = "none"  # servers without keys are sent this, since the client wants one
MOST_MODELS = 1000
MOST_TOKENS = 10_000_000  # whoever says that one call took more does not count


class OpenAILine:
    """A line to one server. Its connections belong to the event loop that first uses them; another gets new ones."""

    def __init__(self, base_url: str, key: SecretStr | None) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key or SecretStr(NO_KEY)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http, self._client = self._opened()

    async def ask(self, question: Question, dialect: Dialect, model: str) -> Answered:
        """See Line.ask."""
        self._belong_to_this_loop()
        messages = [SystemMessage(_stable(question, dialect.way)), HumanMessage(question.asked)]
        # By extra_body, since the client treats a response_format of its own in a way that hides usage and failures.
        body = {"model": model, dialect.limit: question.most_tokens, **_form(question, dialect.way)}
        if dialect.temperature:
            body["temperature"] = question.temperature
        try:
            return _answered(await self._send(messages, body, streamed=question.streamed), dialect.way)
        except Exception as problem:  # what the client raises over other servers' answers is no closed set
            raise failure_of(problem) from None

    async def models(self) -> list[str]:
        """See Line.models."""
        self._belong_to_this_loop()
        headers = {"Authorization": f"Bearer {self._key.get_secret_value()}"}
        try:
            response = await self._http.get(f"{self._base_url}/models", headers=headers)
            offered = response.raise_for_status().json()["data"][:MOST_MODELS]
            names = [str(one["id"]) for one in offered]
        except AnswerTooLarge:
            raise ChatFailed(Fault.TOO_LARGE) from None
        except (httpx2.RequestError, httpx2.InvalidURL):
            raise ChatFailed(Fault.UNREACHABLE) from None
        except httpx2.HTTPStatusError as problem:
            raise ChatFailed(Fault.BROKEN if problem.response.status_code >= 500 else Fault.REFUSED) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ChatFailed(Fault.UNREADABLE) from None
        if not all(names_model(name) for name in names):
            raise ChatFailed(Fault.UNREADABLE)
        return names

    async def close(self) -> None:
        """See Line.close."""
        await self._http.aclose()

    async def _send(self, messages: list[BaseMessage], body: Mapping[str, Any], *, streamed: bool) -> AIMessage:
        if not streamed:
            message = await self._client.ainvoke(messages, extra_body=body)
            return message if isinstance(message, AIMessage) else AIMessage("")
        gathered: AIMessageChunk | None = None
        async for chunk in self._client.astream(messages, extra_body=body):
            if isinstance(chunk, AIMessageChunk):
                gathered = chunk if gathered is None else gathered + chunk
        return gathered or AIMessage("")

    def _belong_to_this_loop(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            self._loop = loop
            self._http, self._client = self._opened()

    def _opened(self) -> tuple[httpx2.AsyncClient, ChatOpenAI]:
        http = connection()
        client = ChatOpenAI(
            model="named-with-each-question",
            base_url=self._base_url,
            api_key=self._key,
            openai_proxy=None,
            http_async_client=http,
            http_client=no_connection(),  # else one is opened that heeds the environment's proxies
            http_socket_options=(),  # else it says on standard error which proxies it did not heed
            max_retries=0,
            timeout=http.timeout,
            stream_usage=True,
            stream_chunk_timeout=None,  # the wall clock of the call cuts
            use_responses_api=False,
        )
        return http, client


def _stable(question: Question, way: Way) -> str:
    """Return the stable part; where the server is not sure to heed a schema, the words ask for it."""
    if way in {Way.JSON_SCHEMA, Way.TOOL}:
        return question.stable
    schema = json.dumps(question.schema)
    return f"{question.stable}\n\nAnswer with one JSON object of this schema and with nothing else:\n{schema}"


def _form(question: Question, way: Way) -> Mapping[str, Any]:
    named = {"name": question.name, "schema": question.schema, "strict": True}
    tool = {"name": question.name, "parameters": question.schema, "strict": True}
    forms: Mapping[Way, Mapping[str, Any]] = {
        Way.JSON_SCHEMA: {"response_format": {"type": "json_schema", "json_schema": named}},
        Way.TOOL: {
            "tools": [{"type": "function", "function": tool}],
            "tool_choice": {"type": "function", "function": {"name": question.name}},
        },
        Way.JSON_OBJECT: {"response_format": {"type": "json_object", "schema": question.schema}},
    }
    return forms.get(way, MappingProxyType({}))


def _answered(message: AIMessage, way: Way) -> Answered:
    """Return the answer; a ChatFailed for one that is none tells what was counted for it."""
    tokens = _tokens(message)
    try:
        return Answered(_content(message, way), tokens)
    except ChatFailed as failed:
        raise ChatFailed(failed.fault, tokens=tokens) from None


def _content(message: AIMessage, way: Way) -> str:
    """Return the JSON text; raises ChatFailed for an answer that does not say that it is complete, or is none."""
    reason = message.response_metadata.get("finish_reason")
    if reason not in COMPLETE:
        raise ChatFailed(Fault.CUT if reason in {None, "length"} else Fault.UNUSABLE)
    if message.additional_kwargs.get("refusal"):
        raise ChatFailed(Fault.UNUSABLE)
    return _arguments(message) if way is Way.TOOL else str(message.text)


def _arguments(message: AIMessage) -> str:
    """Return what the one call passes, as it was written: the client's own reading mends what was cut off."""
    if isinstance(message, AIMessageChunk):
        calls = [(chunk["name"], chunk["args"]) for chunk in message.tool_call_chunks]
    else:
        calls = [(call["name"], json.dumps(call["args"])) for call in message.tool_calls]
        calls += [(call["name"], call["args"]) for call in message.invalid_tool_calls]
    if len(calls) != 1:
        raise ChatFailed(Fault.UNUSABLE)
    return calls[0][1] or ""


def _tokens(message: AIMessage) -> Tokens | None:
    used = message.usage_metadata
    if not used:
        return None
    cached = used.get("input_token_details", {}).get("cache_read") or 0
    counted = (used["input_tokens"], cached, used["output_tokens"])
    whole = all(type(number) is int and 0 <= number <= MOST_TOKENS for number in counted)
    return Tokens(*counted) if whole else None
