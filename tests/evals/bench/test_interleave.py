"""Contenders take turns fairly, and what is planted is seen."""

import asyncio
import collections
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.assemble import Agent
from evals.bench.interleave import WHOLE, Parts, Run, interleaved, warm_up
from evals.bench.measure import TimedAgent
from evals.bench.mix import MixTicket, mix
from evals.bench.quantiles import ratio_of_quantiles
from tools.demo_shop.seed import seeded_orders

SLEEP_S = 0.06


class Noting:
    """Remembers in which order the contenders were called."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def named(self, name: str):
        def take(case: int) -> Parts:
            self.calls.append((name, case))
            return {WHOLE: float(case)}

        return take


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(), max_size=6), max_size=4),
    st.sets(st.sampled_from("abcd"), min_size=1),
    st.integers(0, 99),
)
def test_everyone_takes_every_case_once_and_no_case_begins_before_the_last_one_ended(plan, names, seed) -> None:
    noting, ended = Noting(), []
    contenders = {name: noting.named(name) for name in names}
    runs = interleaved(plan, contenders, seed=seed, pause_s=0, done=lambda: ended.append(1))
    taken = collections.Counter((run.repetition, run.contender, run.case) for run in runs)
    wanted = collections.Counter(
        (place, name, case) for place, cases in enumerate(plan) for case in cases for name in names
    )
    assert taken == wanted
    assert [(run.contender, run.case) for run in runs] == noting.calls
    groups = [noting.calls[start : start + len(names)] for start in range(0, len(runs), len(names))]
    assert all({name for name, _ in group} == names and len({case for _, case in group}) == 1 for group in groups)
    assert len(ended) == len(groups)


def test_no_contender_is_favoured_by_its_place() -> None:
    noting = Noting()
    contenders = {name: noting.named(name) for name in "abc"}
    interleaved([range(600)], contenders, seed=7, pause_s=0)
    for place in range(3):
        at_place = collections.Counter(name for name, _ in noting.calls[place::3])
        assert all(140 < at_place[name] < 260 for name in "abc")


def test_the_order_is_the_seed_s() -> None:
    def order(seed: int) -> list[Run[int]]:
        noting = Noting()
        return interleaved([range(40)], {name: noting.named(name) for name in "ab"}, seed=seed, pause_s=0)

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_warming_up_measures_nothing_and_reaches_everyone() -> None:
    noting = Noting()
    warm_up([1, 2], {name: noting.named(name) for name in "ab"})
    assert sorted(noting.calls) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]


@pytest.mark.slow
def test_a_planted_slowdown_is_seen_and_the_agent_against_itself_is_one(agent: Agent) -> None:
    plan = [mix(list(seeded_orders()), (50,), 6, random.Random(seed)) for seed in range(7)]
    with asyncio.Runner() as loop:
        timed = TimedAgent(agent, loop)

        def slowed(case: MixTicket) -> Parts:
            time.sleep(SLEEP_S)
            return {WHOLE: timed(case)[WHOLE] + SLEEP_S * 1000}

        warm_up(plan[0], {"agent": timed})
        runs = interleaved(plan, {"agent": timed, "agent again": timed, "slowed": slowed}, seed=3, pause_s=0)
    seen = ratio_of_quantiles(runs, "slowed", "agent", 0.5)
    same = ratio_of_quantiles(runs, "agent again", "agent", 0.5)
    assert seen.low is not None
    assert seen.low > 1.3
    assert same.value is not None
    assert 0.6 < same.value < 1.6
    assert seen.low > (same.high or 0.0)
