"""The breaker as a state machine, on a clock that tests turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.breaker import FAILURES, FIRST_PAUSE_S, LONGEST_PAUSE_S, Breaker


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


def fail(breaker: Breaker, times: int = FAILURES) -> None:
    for _ in range(times):
        assert breaker.admits()
        breaker.failed()


def test_it_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    assert breaker.state == "closed"
    fail(breaker, 1)
    assert (breaker.state, breaker.admits()) == ("open", False)


def test_a_success_between_begins_the_count_anew(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    breaker.succeeded()
    fail(breaker, FAILURES - 1)
    assert breaker.state == "closed"


def test_what_is_settled_opens_it_at_once(breaker: Breaker) -> None:
    breaker.failed(settled=True)
    assert breaker.state == "open"


def test_after_the_pause_one_call_at_a_time_is_a_trial(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.time += FIRST_PAUSE_S
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert (breaker.state, breaker.admits(), breaker.admits()) == ("closed", True, True)


def test_each_trial_that_fails_doubles_the_pause_up_to_a_bound(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    pause = FIRST_PAUSE_S
    for _ in range(10):
        clock.time += pause - 0.01
        assert not breaker.admits()
        clock.time += 0.01
        assert breaker.admits()
        breaker.failed()
        pause = min(2 * pause, LONGEST_PAUSE_S)


def test_it_stays_open_as_long_as_the_server_asks(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, FAILURES - 1)
    breaker.failed(after_s=20.0)
    clock.time += 19.9
    assert not breaker.admits()
    clock.time += 0.1
    assert breaker.admits()


def test_no_server_shuts_itself_off_for_hours(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, FAILURES - 1)
    breaker.failed(after_s=86_400.0)
    clock.time += LONGEST_PAUSE_S
    assert breaker.admits()


def test_a_trial_of_unknown_end_makes_room_for_another(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.time += FIRST_PAUSE_S
    assert breaker.admits()
    breaker.gave_up()
    assert breaker.admits()


@given(st.lists(st.tuples(st.sampled_from(["succeeded", "failed", "gave_up"]), st.floats(0, 100)), max_size=60))
def test_it_never_admits_two_trials_and_never_stays_shut(events: list[tuple[str, float]]) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for event, passes in events:
        clock.time += passes
        if breaker.admits():
            if breaker.state != "closed":
                assert not breaker.admits()
            getattr(breaker, event)()
    clock.time += LONGEST_PAUSE_S
    assert breaker.admits()
