"""What the OpenAPI document shows of a route besides its types. It stands beside the route, as its policy does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
_SHOWN = "shown"


@dataclass(frozen=True)
class Shown:
    """A decorator of routes. `answer` is an example of the answer, `asks` are some of the body, by name.

    `refuses` are the statuses that follow neither from the route's policy nor from its method. `links` name operations
    that take an `id`, and where in the answer it stands, as a JSON pointer.
    """

    answer: Any
    asks: Mapping[str, Any] = field(default_factory=dict)
    refuses: tuple[int, ...] = ()
    keyed: bool = False  # takes an Idempotency-Key
    links: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, function: F) -> F:
        """Declare it of a route."""
        setattr(function, _SHOWN, self)
        return function


def shown_of(endpoint: Callable[..., Any]) -> Shown:
    """Return what is shown of a route; raises AttributeError where nothing was declared."""
    found = getattr(endpoint, _SHOWN)
    assert isinstance(found, Shown)  # noqa: S101 - nobody else sets it
    return found
