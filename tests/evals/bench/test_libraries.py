"""Recall against an exact search, and what is told of the machine."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evals.bench.environment import CpuTimes, Spans, cores_of_others, cpu_times, memory_mib
from evals.bench.libraries import recall
from evals.bench.synthetic import MixingEncoder
from knowledge.library import Library, open_library, write_library
from knowledge.policies import Passage

DIMENSIONS = 32


@dataclass(frozen=True)
class Forgetful:
    """A library whose dense index misses the nearest passages."""

    library: Library
    missed: int

    @property
    def owners(self) -> NDArray[np.int64]:
        return self.library.owners

    @property
    def vectors(self) -> NDArray[np.float32]:
        return self.library.vectors

    @property
    def passages(self) -> tuple[Passage, ...]:
        return self.library.passages

    def nearest(self, vector: NDArray[np.float32], count: int) -> dict[int, float]:
        return dict(list(self.library.nearest(vector, count).items())[self.missed :])


@pytest.fixture
def library(tmp_path: Path):
    passages = [
        Passage(
            id=f"p.{number}",
            policy_id="p",
            title="Title",
            section=f"Part {number}",
            text=f"Text {number}",
            category="any",
            asked=(f"what about {number}",),
            valid_from=date(2026, 1, 1),
            valid_to=None,
        )
        for number in range(300)
    ]
    base = np.random.default_rng(1).standard_normal((80, DIMENSIONS)).astype(np.float32)
    base /= np.linalg.norm(base, axis=1, keepdims=True)
    encoder = MixingEncoder({f"known {row}": base[row] for row in range(80)}, "weights")
    write_library(tmp_path, passages, encoder)
    opened = open_library(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def questions() -> list[NDArray[np.float32]]:
    drawn = np.random.default_rng(2).standard_normal((20, DIMENSIONS)).astype(np.float32)
    return list(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def test_recall_is_1_where_the_index_finds_all_and_falls_with_what_it_misses(library, questions) -> None:
    assert recall(library, questions).value == 1.0
    assert recall(Forgetful(library, 1), questions).value == pytest.approx(0.8)
    assert recall(Forgetful(library, 5), questions).value == pytest.approx(0.0)


def test_cores_of_others_are_what_is_left_of_all_work_without_the_own() -> None:
    begin, end = CpuTimes(clock=10.0, all=100.0, own=5.0), CpuTimes(clock=20.0, all=118.0, own=13.0)
    assert cores_of_others(begin, end) == pytest.approx(1.0)
    assert cores_of_others(begin, CpuTimes(20.0, 105.0, 11.0)) == 0.0
    assert cores_of_others(None, end) is None
    assert cores_of_others(begin, begin) is None


def test_between_spans_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two spans of ten seconds, with two and four seconds of others' work; what lies between them does not count."""
    moments = [(0.0, 0.0, 0.0), (10.0, 7.0, 5.0), (50.0, 99.0, 5.0), (60.0, 109.0, 11.0)]
    given = (CpuTimes(*moment) for moment in moments)
    monkeypatch.setattr("evals.bench.environment.cpu_times", lambda: next(given))
    spans = Spans()
    assert spans.cores_of_others() is None
    for _ in range(2):
        with spans.watched():
            pass
    assert spans.cores_of_others() == pytest.approx(6 / 20)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells")
def test_the_machine_is_read() -> None:
    resident, peak = memory_mib()
    assert resident is not None
    assert peak is not None
    assert 10 < resident <= peak
    first, second = cpu_times(), cpu_times()
    assert first is not None
    assert second is not None
    assert second.clock >= first.clock
    assert second.all >= first.all > 0
