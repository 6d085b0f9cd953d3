"""Puts the model together that a release names: the embedded one alone, or with a large one behind a server."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from agent.deadline import Deadline
from agent.models.breaker import Breaker
from agent.models.cascade import CascadeModel
from agent.models.chat import ChatFailed, Line, names_model
from agent.models.dialects import LONGEST_S, Dialects
from agent.models.embedded import EmbeddedModel
from agent.models.forms import read_tools
from agent.models.large import LargeModel
from agent.models.prices import Free, ListedPrices, OwnPrices, Price
from agent.models.prompts import Prompt, load_prompt
from agent.models.protocol import Model
from agent.models.server import ModelServer
from agent.models.spending import Spending
from agent.models.told import labels_told, needs_told, tools_told
from agent.release import Large, Release
from agent.replies import ReplyTexts
from agent.settings import ServerSettings
from agent.trace import Act
from knowledge.addresses import is_token, leads_to_server
from knowledge.errors import PartUnavailable

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Chosen:
    """A model, its prompts by act, and what its calls cost. The last two are None where no server is asked."""

    model: Model
    prompts: Mapping[Act, Prompt]
    price: Price
    server: ModelServer | None = None
    large: LargeModel | None = None


def choose_model(
    release: Release, embedded: EmbeddedModel, texts: ReplyTexts, settings: ServerSettings, var: Path
) -> Chosen:
    """Return the release's model; raises PartUnavailable where it needs a server and none is named, or no model.

    A server that does not answer is no reason not to start.
    """
    if release.large is None:
        return Chosen(embedded, {}, Free())
    server = open_server(settings, var, f"release {release.id} asks a large model")
    prompts = load_prompts(release.large)
    large = LargeModel(server, prompts, release.large, embedded, texts)
    below = release.large.ask_below
    model: Model = large if below is None else CascadeModel(embedded, large, release.large.ask_by, below)
    return Chosen(model, prompts, price_of(settings, server), server, large)


def load_prompts(large: Large) -> dict[Act, Prompt]:
    """Return the release's version of each prompt, its stable part filled from the tables."""
    stable: Mapping[Act, Mapping[str, str]] = {
        "classify": {"labels": labels_told()},
        "choose_lookups": {"tools": tools_told(read_tools()), "needs": needs_told()},
        "write_reply": {},
    }
    return {act: load_prompt(act, getattr(large.prompts, act), stable[act]) for act in stable}


def open_server(settings: ServerSettings, var: Path, need: str) -> ModelServer:
    """Return the server that the environment names; raises PartUnavailable where it names none, or no model of many."""
    from agent.models.openai.line import OpenAILine  # takes a second, which nobody else has to wait for

    address = address_of(settings, need)
    line = OpenAILine(address, settings.api_key)
    server = ModelServer(line, Dialects(var / "models", address), Breaker(), settings.model)
    if settings.model is None:
        server.model = _only_model(OpenAILine(address, settings.api_key))
    return server


async def inspect_server(settings: ServerSettings, var: Path, release: str) -> str:
    """Ask the server now, and return what was found out; raises PartUnavailable where it gives no answer."""
    server = open_server(settings, var, f"release {release} asks a large model")
    address = server.dialects.address
    try:
        model = await server.named()
        found = await server.dialects.find(server.line, model, Spending(Deadline.after(LONGEST_S)))
    except ChatFailed as failed:
        mend = "Start it, or see to OPENAI_BASE_URL and OPENAI_API_KEY; until then the embedded model answers."
        raise PartUnavailable("model", f"{address} gives no answer ({failed.fault})", mend) from None
    finally:
        await server.close()
    takes = "" if found.temperature else ", no temperature"
    return f"{model} at {address}: answers by {found.way}, {found.limit}{takes}"


def require_server(release: Release, settings: ServerSettings) -> None:
    """Raise PartUnavailable where a release needs a server and none is named, without asking anybody."""
    if release.large is not None:
        address_of(settings, f"release {release.id} asks a large model")


def address_of(settings: ServerSettings, need: str) -> str:
    """Return the server's address; raises PartUnavailable where none is set, or what is set is none."""
    if not settings.named():
        mend = "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own; or choose the release `embedded`."
        raise PartUnavailable("model", f"{need} and no server is named", mend)
    address = (settings.base_url or OPENAI).rstrip("/")
    if not leads_to_server(address):
        mend = "Set it to an address such as http://127.0.0.1:8000/v1; a key goes into OPENAI_API_KEY."
        raise PartUnavailable("model", "OPENAI_BASE_URL is not the address of a server", mend)
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    if not is_token(key):
        raise PartUnavailable("model", "OPENAI_API_KEY holds what no key holds", "Set it to the key alone.")
    if settings.model is not None and not names_model(settings.model):
        raise PartUnavailable("model", "OPENAI_MODEL holds what no name holds", "Set it to the model's name alone.")
    return address


def price_of(settings: ServerSettings, server: ModelServer) -> Price:
    """Return one's own prices where they are set, else those of the table."""
    if settings.price_input is not None and settings.price_output is not None:
        return OwnPrices(settings.price_input, settings.price_output, settings.price_cached)
    return ListedPrices(server.dialects.address, lambda: server.name)


def _only_model(line: Line) -> str | None:
    """Return the only model on offer, None where the server does not say; raises PartUnavailable for another number."""

    async def offered() -> list[str]:
        try:
            async with asyncio.timeout(LONGEST_S):
                return await line.models()
        finally:
            await line.close()

    with ThreadPoolExecutor(1) as thread:  # this may be called where a loop runs
        try:
            found = thread.submit(asyncio.run, offered()).result()
        except (ChatFailed, TimeoutError):
            return None
    if len(found) == 1:
        return found[0]
    some = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
    problem = f"the server offers {len(found)} models ({some})" if found else "the server offers no model"
    raise PartUnavailable("model", f"OPENAI_MODEL is not set and {problem}", "Set OPENAI_MODEL.")
