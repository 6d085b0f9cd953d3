"""The only place where parts are chosen and put together."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.clock import Today
from agent.deadline import Deadline
from agent.decision import Decision
from agent.deps import Deps
from agent.encoding import EncoderThread
from agent.graph import RECURSION_LIMIT, Graph, build_graph
from agent.models.choose import choose_model
from agent.models.embedded import EmbeddedModel
from agent.models.prices import Price
from agent.models.prompts import Prompt
from agent.models.protocol import Model
from agent.quiet import quiet
from agent.release import Release, load_release
from agent.replies import ReplyTexts, load_replies
from agent.settings import IndexSettings, ServerSettings, Settings
from agent.shops import open_shop
from agent.taxonomy import labels
from agent.ticket import Ticket
from agent.trace import Act, AnyEvent, Trace, Tracer
from knowledge.chroma_http import IndexServer, index_server
from knowledge.encoder.choose import open_encoder
from knowledge.encoder.protocol import Encoder
from knowledge.errors import PartUnavailable
from knowledge.head import Head, head_folder, load_head
from knowledge.index_server import served
from knowledge.library import Library
from knowledge.search import Search, SearchSettings
from knowledge.store import ensure_library, load_passages
from tools.identity import Identity
from tools.registry import TOOLS
from tools.shop import Shop


@dataclass(frozen=True)
class Agent:
    """All parts, ready for any number of runs."""

    release: Release
    model: Model
    embedded: Model
    prompts: Mapping[Act, Prompt]
    price: Price
    head: Head
    reader: EncoderThread
    search: Search
    shop: Shop
    today: Today
    replies: ReplyTexts
    graph: Graph

    async def run(
        self, ticket: Ticket, identity: Identity | None = None, watch: Callable[[AnyEvent], None] | None = None
    ) -> tuple[Decision, Trace]:
        """Take one ticket its whole way; nothing is written. Without an identity its verified customer asks.

        `watch` sees each event of the trace as it happens.
        """
        started = time.perf_counter()
        deps = self.deps(identity or Identity(customer_id=ticket.customer_id), watch=watch)
        decision = await self.decide(ticket, deps)
        # Updates of the last node come back unvalidated, so the Decision is validated here, with its time put in.
        fields = decision.model_dump() | {"latency_ms": round((time.perf_counter() - started) * 1000, 3)}
        return Decision.model_validate(fields), deps.tracer.finish(ticket.ticket_id)

    async def decide(self, ticket: Ticket, deps: Deps) -> Decision:
        """Take one ticket through the graph with these parts."""
        final = await self.graph.ainvoke({"ticket": ticket}, context=deps, config={"recursion_limit": RECURSION_LIMIT})
        decision: Decision = final["decision"]
        return decision

    def deps(self, identity: Identity, watch: Callable[[AnyEvent], None] | None = None) -> Deps:
        """Return what one run is given; its time begins now."""
        return Deps(
            model=self.model,
            embedded=self.embedded,
            prompts=self.prompts,
            price=self.price,
            read=self.reader.read,
            search=self.search,
            tools=TOOLS,
            shop=self.shop,
            release=self.release,
            replies=self.replies,
            identity=identity,
            today=self.today(),
            deadline=Deadline.after(self.release.deadline_s),
            tracer=Tracer(release=self.release.id, prompt_hashes=self.prompt_hashes(), watch=watch),
        )

    def prompt_hashes(self) -> dict[str, str]:
        """Return the SHA-256 of the reply texts and of each prompt, by name."""
        return {"replies": self.replies.sha256} | {act: prompt.sha256 for act, prompt in self.prompts.items()}

    def close(self) -> None:
        """Let go of the encoder's thread, the index and the shop."""
        self.reader.close()
        self.search.close()
        self.shop.close()


def assemble(settings: Settings, server: ServerSettings | None = None) -> Agent:
    """Open everything that a run needs; raises PartUnavailable, ShopUnavailable or UnknownReleaseError.

    `server` names the model server, else the environment does.
    """
    quiet()
    release = load_release(settings.release)
    encoder, head = open_classifier(settings, release)
    library = open_passages(settings, encoder)
    texts = load_replies(release.replies)
    shop, today = open_shop(settings)
    embedded = EmbeddedModel(head, texts, release.head)
    chosen = choose_model(release, embedded, texts, server or ServerSettings(), settings.var)
    return Agent(
        release=release,
        model=chosen.model,
        embedded=embedded,
        prompts=chosen.prompts,
        price=chosen.price,
        head=head,
        reader=EncoderThread(encoder, head.telling_words),
        search=Search(library, SearchSettings(**release.retrieval.model_dump())),
        shop=shop,
        today=today,
        replies=texts,
        graph=build_graph(),
    )


def open_passages(settings: Settings, encoder: Encoder) -> Library:
    """Return the passages, found through the Chroma server where one is named; raises PartUnavailable."""
    return served(ensure_library(settings.var / "knowledge", load_passages(), encoder), passages_server())


def passages_server() -> IndexServer | None:
    """Return the Chroma server that is asked, None where none is named; raises PartUnavailable."""
    named = IndexSettings()
    return index_server(named.url, named.token.get_secret_value() if named.token else None)


def open_classifier(settings: Settings, release: Release) -> tuple[Encoder, Head]:
    """Return the encoder and the release's head; raises PartUnavailable when they do not fit the taxonomy."""
    encoder = open_encoder(settings.var, settings.encoder, settings.threads)
    head = load_head(head_folder(release.head, encoder.identity, settings.var), encoder.identity)
    if set(head.labels) != labels():
        raise PartUnavailable(
            "classifier", "the head was learned for another taxonomy", "Run `python -m knowledge learn`."
        )
    return encoder, head
