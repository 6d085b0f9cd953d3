"""A new edition of the policies is built and switched in while processes search the one before: none of them errs."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from knowledge.policies import POLICIES
from tests.processes import run

pytestmark = pytest.mark.slow

ARTICLES = ("account-details", "cancelling-an-order", "boxes")
READERS = 4
ROUNDS = 20  # that each reader has to have made before and after a switch
READS_WITHIN = 60.0  # seconds
# Opens and asks as the agent does; its folder holds what it reads, how often it has, and the word to stop.
READER = """
import sys
from datetime import date
from pathlib import Path
from knowledge.encoder.choose import open_encoder
from knowledge.search import Search, SearchSettings
from knowledge.store import ensure_library, load_passages

var, own = map(Path, sys.argv[1:])
encoder, passages = open_encoder(var), load_passages()
search = Search(ensure_library(var / "knowledge", passages, encoder), SearchSettings(5, 0.0, 1.0, 0.0))
mine = {passage.id: passage for passage in passages}
questions = [passage.asked[0] for passage in passages if passage.asked][::4]
vectors = encoder.encode(questions)
ask = lambda: [search.find(text, vector, date(2026, 10, 15)) for text, vector in zip(questions, vectors)]
first, rounds = ask(), 0
assert all(first)
(own / "content").write_text(search.content)
while not (own / "stop").exists():
    found = ask()
    assert found == first, "another answer"
    assert all(mine[one.passage.id] == one.passage for passages in found for one in passages), "another edition's"
    rounds += 1
    (own / "rounds.new").write_text(str(rounds))
    (own / "rounds.new").replace(own / "rounds")
search.close()
"""


class Edition:
    """The package with articles of its own, each under an id that tells the edition."""

    def __init__(self, folder: Path, number: int, root: Path) -> None:
        self.path = folder / f"edition-{number}"
        policies = self.path / "knowledge" / "policies"
        policies.mkdir(parents=True)
        for part in (root / "knowledge").iterdir():
            if part.name != "policies":
                (self.path / "knowledge" / part.name).symlink_to(part)
        for article in ARTICLES:
            text = (POLICIES / f"{article}.md").read_text(encoding="utf-8")
            named = text.replace(f"id: {article}\n", f"id: {article}-{number}\n")
            assert named != text
            (policies / f"{article}-{number}.md").write_text(named, encoding="utf-8")
        self.environment = {"PYTHONPATH": os.pathsep.join([str(self.path), os.environ.get("PYTHONPATH", "")])}

    def build(self, var: Path) -> str:
        """Build it as people do; return what is current then."""
        done = run([sys.executable, "-m", "knowledge", "--var", str(var), "build"], self.path, self.environment)
        assert done.returncode == 0, done.stderr
        return (var / "knowledge" / "current").read_text(encoding="utf-8").strip()

    @contextmanager
    def read(self, var: Path, own: Path) -> Iterator["Reader"]:
        """Let a process search this edition; it has ended without an error when the context does."""
        own.mkdir()
        command = [sys.executable, "-c", READER, str(var), str(own)]
        with (own / "log").open("w") as log:
            process = subprocess.Popen(command, cwd=self.path, env=os.environ | self.environment, stderr=log)
        try:
            yield Reader(process, own)
            (own / "stop").touch()
            assert process.wait(READS_WITHIN) == 0, (own / "log").read_text()
        finally:
            process.kill()
            process.wait()


class Reader:
    """A process that searches one edition until it is told to stop."""

    def __init__(self, process: subprocess.Popen[bytes], own: Path) -> None:
        self.process, self.own = process, own

    def reads_on(self, content: str) -> None:
        """Wait until it has searched some rounds more in this folder."""
        wanted, ends = self._rounds() + ROUNDS, time.monotonic() + READS_WITHIN
        while self._rounds() < wanted:
            assert self.process.poll() is None, (self.own / "log").read_text()
            assert time.monotonic() < ends
            time.sleep(0.02)
        assert (self.own / "content").read_text() == content

    def _rounds(self) -> int:
        file = self.own / "rounds"
        return int(file.read_text()) if file.exists() else 0


def test_readers_of_one_edition_read_on_while_the_next_ones_come(tmp_path: Path, var: Path, root: Path) -> None:
    first, second, third = (Edition(tmp_path, number, root) for number in (1, 2, 3))
    own, knowledge = tmp_path / "var", tmp_path / "var" / "knowledge"
    own.mkdir()
    (own / "encoder").symlink_to(var / "encoder")
    old = first.build(own)
    with ExitStack() as running:
        before = [running.enter_context(first.read(own, tmp_path / f"before-{number}")) for number in range(READERS)]
        for reader in before:
            reader.reads_on(old)
        new = second.build(own)
        assert new != old
        assert (knowledge / old).is_dir()
        after = running.enter_context(second.read(own, tmp_path / "after"))
        after.reads_on(new)
        for reader in before:
            reader.reads_on(old)
        newest = third.build(own)
        assert folders(knowledge) == {old, new, newest}
        after.reads_on(new)
        for reader in before:
            reader.reads_on(old)
    assert second.build(own) == new
    assert folders(knowledge) == {new, newest}  # nobody reads the first one any more


def folders(knowledge: Path) -> set[str]:
    return {folder.name for folder in knowledge.iterdir() if folder.is_dir()}
