"""All checks of an answer, in the order of a ticket's way: the first that fails names the cause."""

from evals.cases.case import Case
from evals.checks.check import Check, Checker
from evals.checks.grounding import grounded
from evals.checks.state import called, classified, decided, ended, refunded, schema
from evals.checks.words import cited, said
from evals.subjects.subject import Answer

CHECKERS: tuple[Checker, ...] = (ended, schema, classified, called, refunded, decided, cited, grounded, said)


def check(case: Case, answer: Answer) -> tuple[Check, ...]:
    """Return what each check says; an answer that is no Decision where one was due fails them all by the first."""
    return tuple(one for checker in CHECKERS for one in checker(case, answer))


def completed(checks: tuple[Check, ...]) -> bool:
    """Say whether the task is done: no check failed. What could not be judged is counted apart."""
    return all(one.passed is not False for one in checks)


def cause(checks: tuple[Check, ...]) -> str:
    """Return why the first check that failed did, or nothing."""
    return next((one.cause for one in checks if one.passed is False), "")
