"""Few requests are worked on at once, in the order in which they came.

Of twenty at once each would take as long as all of them, since Python works on one at a time; and
whoever holds what others wait for, such as the turn to write, would hold it that long.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event, Lock, local
from time import monotonic


@dataclass(eq=False)
class _Guest:
    places: "Places"
    #: of who has to wait
    called: Event = field(init=False)


_guest: ContextVar[_Guest | None] = ContextVar("kehu_guest", default=None)


class Places:
    """So many are inside at once, first come, first served; safe between threads.

    Who is inside for more than `longest` seconds stays, but keeps nobody out any more: an export
    must not hold up the pages of others.
    """

    def __init__(self, count: int, longest: float) -> None:
        self._count, self._longest = count, longest
        #: is told how many are inside now, one at a time
        self.tell: Callable[[int], None] = lambda _inside: None
        self._guard = Lock()
        #: and the moment from which they keep nobody out, the nearest first
        self._inside: dict[_Guest, float] = {}
        self._waiting: deque[_Guest] = deque()
        self._last = local()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def had_to_wait(self) -> bool:
        """Whoever was inside in this thread last."""
        return getattr(self._last, "had_to_wait", False)

    @property
    def inside(self) -> int:
        return len(self._inside)

    @property
    def has_room(self) -> bool:
        return not self._waiting and len(self._inside) < self._count

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A place inside, as soon as there is one."""
        guest = _Guest(self)
        token = _guest.set(guest)
        self._last.had_to_wait = not self._enter(guest)
        if self._last.had_to_wait:
            self._wait(guest)
        try:
            yield
        finally:
            _guest.reset(token)
            self.leave(guest)

    def _enter(self, guest: _Guest) -> bool:
        """At once, where there is a place and nobody waits for it."""
        with self._guard:
            if self._waiting or len(self._inside) >= self._count:
                return False
            self._inside[guest] = monotonic() + self._longest
            self.tell(len(self._inside))
            return True

    def _wait(self, guest: _Guest) -> None:
        guest.called = Event()
        with self._guard:
            self._waiting.append(guest)
            wait = self._admit()
        while not guest.called.wait(wait):
            with self._guard:
                wait = self._admit()

    def leave(self, guest: _Guest) -> None:
        with self._guard:
            self._inside.pop(guest, None)
            self._admit()
            self.tell(len(self._inside))

    def come_back(self, guest: _Guest) -> None:
        """Inside again at once, however many there are."""
        with self._guard:
            self._inside[guest] = monotonic() + self._longest
            self.tell(len(self._inside))

    def _admit(self) -> float:
        """Call in whoever there is a place for; seconds until there may be one for the next."""
        now = monotonic()
        while self._waiting:
            if len(self._inside) >= self._count:
                longest, until = next(iter(self._inside.items()))
                if until > now:
                    return until - now
                del self._inside[longest]
            guest = self._waiting.popleft()
            self._inside[guest] = now + self._longest
            guest.called.set()
        return 0.0


@contextmanager
def outside() -> Iterator[None]:
    """Waiting for somebody else, who may need the place for it."""
    guest = _guest.get()
    if guest is None:
        yield
        return
    guest.places.leave(guest)
    try:
        yield
    finally:
        guest.places.come_back(guest)
