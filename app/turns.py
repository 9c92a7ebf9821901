"""A lock that is handed on in the order of asking: nobody waits twice as long as anybody else."""

from collections import deque
from threading import Event, Lock


class Turns:
    """One holder at a time, first come, first served; safe between threads."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._is_taken = False
        self._waiting: deque[Event] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self, timeout: float) -> bool:
        """Wait for at most `timeout` seconds; was the turn given?"""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = Event()
            self._waiting.append(mine)
        if mine.wait(timeout):
            return True
        with self._guard:
            if mine.is_set():  # handed over between the last look and now
                return True
            self._waiting.remove(mine)
            return False

    def give_back(self) -> None:
        """The turn goes to whoever waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
