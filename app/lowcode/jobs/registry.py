"""Which kinds of background work there are, and who handles them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.rules.jobs import Timing

if TYPE_CHECKING:
    from app.lowcode.jobs.context import JobContext

#: gets the context, returns what stands in the job's `result`
Handler = Callable[["JobContext"], dict[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """One registered handler."""

    name: str
    handler: Handler
    max_attempts: int


@dataclass(frozen=True)
class Scheduled:
    """A line of the schedule: every time `timing` is due, one job of `kind`."""

    name: str
    timing: Timing
    kind: str
    #: a moment missed for longer (the product was off) is let go
    grace: timedelta = timedelta(days=1)


_kinds: dict[str, JobKind] = {}


def job(name: str, max_attempts: int = 5) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of jobs of kind `name`.

    People read the name as words: `clean_up` is the msgid "Clean up".
    """

    def register(handler: Handler) -> Handler:
        if name in _kinds:
            raise ValueError(f"two handlers for jobs of kind {name}")
        _kinds[name] = JobKind(name, handler, max_attempts)
        return handler

    return register


def kind_of(name: str) -> JobKind:
    """The registered kind; KeyError for one that nobody handles."""
    return _kinds[name]
