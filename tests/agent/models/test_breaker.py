"""The breaker as a state machine, on a clock that tests turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.breaker import FAILURES, FIRST_PAUSE_S, LONGEST_PAUSE_S, Breaker, Permit


class Clock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


def admitted(breaker: Breaker) -> Permit:
    permit = breaker.permit()
    assert permit is not None
    return permit


def admits(breaker: Breaker) -> bool:
    return breaker.permit() is not None


def fail(breaker: Breaker, times: int = FAILURES, after_s: float | None = None) -> None:
    for _ in range(times):
        breaker.failed(admitted(breaker), after_s=after_s)


def test_it_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    assert breaker.state == "closed"
    fail(breaker, 1)
    assert (breaker.state, admits(breaker)) == ("open", False)


def test_a_success_between_begins_the_count_anew(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    breaker.succeeded(admitted(breaker))
    fail(breaker, FAILURES - 1)
    assert breaker.state == "closed"


def test_what_is_settled_opens_it_at_once(breaker: Breaker) -> None:
    breaker.failed(admitted(breaker), settled=True)
    assert breaker.state == "open"


def test_after_the_pause_one_call_at_a_time_is_a_trial(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.time += FIRST_PAUSE_S
    trial = admitted(breaker)
    assert [admits(breaker) for _ in range(2)] == [False, False]
    breaker.succeeded(trial)
    assert (breaker.state, admits(breaker), admits(breaker)) == ("closed", True, True)


def test_each_trial_that_fails_doubles_the_pause_up_to_a_bound(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    pause = FIRST_PAUSE_S
    for _ in range(10):
        clock.time += pause - 0.01
        assert not admits(breaker)
        clock.time += 0.01
        fail(breaker, 1)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def test_it_stays_open_as_long_as_the_server_asks(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, FAILURES - 1)
    fail(breaker, 1, after_s=20.0)
    clock.time += 19.9
    assert not admits(breaker)
    clock.time += 0.1
    assert admits(breaker)


def test_no_server_shuts_itself_off_for_hours(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, FAILURES - 1)
    fail(breaker, 1, after_s=86_400.0)
    clock.time += LONGEST_PAUSE_S
    assert admits(breaker)


def test_a_trial_of_unknown_end_makes_room_for_another(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.time += FIRST_PAUSE_S
    breaker.gave_up(admitted(breaker))
    assert admits(breaker)


def test_calls_of_before_it_opened_say_nothing_new(breaker: Breaker, clock: Clock) -> None:
    """A server that goes down under thirty calls fails once, not thirty times."""
    under_way = [admitted(breaker) for _ in range(30)]
    for permit in under_way:
        breaker.failed(permit, settled=True, after_s=50.0)
    clock.time += 50.0
    trial = admitted(breaker)
    for late in under_way:
        breaker.failed(late)
        breaker.gave_up(late)
        breaker.succeeded(late)
    assert (breaker.state, admits(breaker)) == ("half_open", False)
    breaker.failed(trial)
    clock.time += 2 * FIRST_PAUSE_S
    assert admits(breaker)


OUTCOMES = st.sampled_from(["succeeded", "failed", "gave_up"])


@given(st.lists(st.tuples(OUTCOMES, st.floats(0, 100), st.integers(0, 5)), max_size=80))
def test_it_never_admits_two_trials_and_never_stays_shut(events: list[tuple[str, float, int]]) -> None:
    """However many calls are under way, and in whatever order they end."""
    clock, under_way, trials = Clock(), [], set()
    breaker = Breaker(clock)
    for outcome, passes, which in events:
        clock.time += passes
        was_closed = breaker.state == "closed"
        call = object()
        if (permit := breaker.permit()) is not None:
            under_way.append((call, permit))
            if not was_closed:
                trials.add(call)
        assert len(trials) <= 1
        if under_way:
            ended, its = under_way.pop(which % len(under_way))
            getattr(breaker, outcome)(its)
            trials.discard(ended)
    for _, permit in under_way:
        breaker.failed(permit)
    clock.time += LONGEST_PAUSE_S
    assert admits(breaker)
