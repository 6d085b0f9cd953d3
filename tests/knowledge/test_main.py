"""`python -m knowledge search` shows what a run would be given, with scores, and asks no hub."""

from datetime import date
from pathlib import Path

from knowledge.encoder.protocol import Encoder
from knowledge.search import Search, SearchSettings
from knowledge.store import ensure_library, load_passages
from tests.processes import python

QUESTION = "can I return opened bedding?"
DAY = date(2026, 10, 15)


def test_search_ranks_as_a_release_does_and_shows_the_score(root: Path, var: Path, encoder: Encoder) -> None:
    search = Search(ensure_library(var / "knowledge", load_passages(), encoder), SearchSettings(5, 0.0, 1.0, 0.0))
    expected = [
        f"{found.score:.3f}  {found.passage.policy_id} / {found.passage.section}"
        for found in search.find(QUESTION, encoder.encode([QUESTION])[0], DAY)
    ]
    search.close()
    done = python(root, "-m", "knowledge", "search", QUESTION, "--day", DAY.isoformat(), TRIAGE_VAR=str(var))
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line[:1].isdigit()] == expected
    assert len(expected) == 5


def test_no_hub_is_asked_unless_someone_says_so(root: Path, var: Path) -> None:
    show = "from knowledge.__main__ import main; main(['search', 'x']); print(os.environ['HF_HUB_OFFLINE'])"
    for before, expected in (
        ("os.environ.pop('HF_HUB_OFFLINE', None)", "1"),
        ("os.environ['HF_HUB_OFFLINE'] = '0'", "0"),
    ):
        done = python(root, "-c", f"import os; {before}; {show}", TRIAGE_VAR=str(var))
        assert done.stdout.splitlines()[-1] == expected
