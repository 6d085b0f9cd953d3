"""`python -m knowledge build | push | learn | search`: what is made before the first ticket comes."""

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

from knowledge.chroma_http import IndexServer, index_server
from knowledge.encoder.choose import mend_encoder, open_encoder
from knowledge.errors import PartUnavailable, file_problem
from knowledge.examples import load_examples
from knowledge.head import HEADS, Head, head_folder, load_head, newest_head, save_head
from knowledge.index_server import COMPARED_S, push, served
from knowledge.learn import learn
from knowledge.reading import read
from knowledge.search import Search, SearchSettings
from knowledge.store import ensure_library, load_passages


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a hub is asked only where someone says so
    parser = argparse.ArgumentParser(prog="python -m knowledge", description=__doc__)
    parser.add_argument(
        "--var", type=Path, default=Path(os.environ.get("TRIAGE_VAR", "var")), help="where built parts go"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="export the encoder, build the index, and a head for an encoder of your own")
    commands.add_parser("push", help="fill the Chroma server at CHROMA_URL with the built index")
    learning = commands.add_parser("learn", help="learn the classifier head from knowledge/examples")
    learning.add_argument("--version", default=newest_head(), help="the head's version, a folder in knowledge/heads")
    learning.add_argument("--check", action="store_true", help="compare with the committed head, write nothing")
    searching = commands.add_parser("search", help="show the passages for a question")
    searching.add_argument("question")
    searching.add_argument("--day", type=date.fromisoformat, default=date(2026, 10, 15))
    options = parser.parse_args(arguments)
    named = os.environ.get("TRIAGE_ENCODER")
    try:
        if options.command == "build":
            return build(options.var, named)
        if options.command == "push":
            return fill_server(options.var, named, _server())
        if options.command == "learn":
            return relearn(options.var, named, options.version, check=options.check)
        return search(options.var, named, options.question, options.day, _server())
    except PartUnavailable as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(file_problem(problem), file=sys.stderr)
        return 1


def build(var: Path, named: str | None) -> int:
    """Make what serving needs; a part that is there already and whole is left alone."""
    if not named:
        mend_encoder(var)
    encoder = open_encoder(var, named)
    passages = load_passages()
    library = ensure_library(var / "knowledge", passages, encoder)
    folder = head_folder(newest_head(), encoder.identity, var)
    if not folder.is_dir():
        save_head(folder, learn(load_examples(), encoder))
    head = load_head(folder, encoder.identity)
    print(
        f"encoder {encoder.identity[:12]} ({type(encoder).__name__}), index {library.content} with {len(passages)} "
        f"passages, classifier with {len(head.labels)} labels from {head.manifest['examples']} examples",
        file=sys.stderr,
    )
    return 0


def fill_server(var: Path, named: str | None, server: IndexServer | None) -> int:
    """Fill the Chroma server with the rows of the index, which is built first where it is absent."""
    if server is None:
        raise PartUnavailable("index", "no Chroma server is named", "Set CHROMA_URL.")
    library = ensure_library(var / "knowledge", load_passages(), open_encoder(var, named))
    try:
        print(f"{server.address} holds {len(library.owners)} rows as {push(library, server)}", file=sys.stderr)
    finally:
        library.close()
    return 0


def _server() -> IndexServer | None:
    return index_server(os.environ.get("CHROMA_URL"), os.environ.get("CHROMA_TOKEN"))


def relearn(var: Path, named: str | None, version: str, *, check: bool) -> int:
    """Learn the head anew; with `check`, fail unless the committed one decides the same on every example."""
    encoder = open_encoder(var, named)
    examples = load_examples()
    rebuilt = learn(examples, encoder)
    if check:
        differing = _differences(
            load_head(head_folder(version, encoder.identity, var), encoder.identity), rebuilt, var, named
        )
        print(f"{differing} of {len(examples)} examples are decided differently by the rebuilt head")
        return 1 if differing else 0
    folder = var / "heads" / f"{version}-{encoder.identity[:12]}" if named else HEADS / version
    save_head(folder, rebuilt)
    print(json.dumps(rebuilt.manifest["unseen_businesses"]))
    return 0


def _differences(committed: Head, rebuilt: Head, var: Path, named: str | None) -> int:
    if committed.manifest["examples_sha256"] != rebuilt.manifest["examples_sha256"]:
        raise PartUnavailable(
            "classifier",
            "the examples changed since the head was learned",
            "Run `python -m knowledge learn`.",
        )
    texts = [example.text for example in load_examples()]
    reads = read(texts, open_encoder(var, named), committed.telling_words)
    before, after = committed.label_probabilities(reads), rebuilt.label_probabilities(reads)
    return int(((before.argmax(axis=1) != after.argmax(axis=1)) | (abs(before - after).max(axis=1) > 0.01)).sum())


def search(var: Path, named: str | None, question: str, day: date, server: IndexServer | None) -> int:
    """Print the passages that a question finds, with their scores."""
    encoder = open_encoder(var, named)
    library = served(ensure_library(var / "knowledge", load_passages(), encoder), server, COMPARED_S)
    settings = SearchSettings(passages=5, lowest_score=0.0, lexical_weight=1.0, category_bonus=0.0)
    for found in Search(library, settings).find(question, encoder.encode([question])[0], day):
        print(f"{found.score:.3f}  {found.passage.policy_id} / {found.passage.section}\n       {found.passage.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
