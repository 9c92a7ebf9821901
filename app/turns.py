"""A lock that is handed on in the order of asking: nobody waits twice as long as anybody else."""

import os
from collections import deque
from contextlib import suppress
from threading import Event, Lock
from time import monotonic, sleep

try:
    import fcntl
except ImportError:  # Windows, where one process serves
    fcntl = None  # type: ignore[assignment]

#: seconds between two looks whether another process has ended its turn
_LOOK = 0.001


class Turns:
    """One holder at a time, first come, first served; safe between threads.

    With a `file` it is one holder among all processes that name the same: the processes take turns,
    each by the order of its threads.
    """

    def __init__(self, file: str | None = None) -> None:
        self._guard = Lock()
        self._is_taken = False
        self._waiting: deque[Event] = deque()
        self._among_processes = _FileTurn(file) if file and fcntl else None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self, timeout: float) -> bool:
        """Wait for at most `timeout` seconds, and as long for other processes; was it given?"""
        if not self._take_here(timeout):
            return False
        if self._among_processes is None or self._among_processes.take(timeout):
            return True
        self._hand_on()
        return False

    def give_back(self) -> None:
        """The turn goes to whoever waits longest."""
        if self._among_processes is not None:
            self._among_processes.give_back()
        self._hand_on()

    def _take_here(self, timeout: float) -> bool:
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

    def _hand_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


class _FileTurn:
    """A turn of one process, for one of its threads at a time; it ends with the process.

    A lock that is free goes to whoever asks in that moment, which may again be the one that has
    just had it. So there are two: who waits for the turn holds the door, and all others wait there.
    """

    _DOOR, _TURN = 0, 1  # bytes of the file

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, timeout: float) -> bool:
        if not self._is_open():
            return True
        if not self._lock(self._DOOR, wait=timeout > 0):
            return False
        try:
            end = monotonic() + timeout
            while not self._lock(self._TURN):
                if monotonic() >= end:
                    return False
                sleep(_LOOK)
            return True
        finally:
            self._unlock(self._DOOR)

    def give_back(self) -> None:
        if self._file is not None:
            self._unlock(self._TURN)

    def _is_open(self) -> bool:
        """Where no file can be made, as on a full disk, the database alone decides."""
        if self._file is None:
            with suppress(OSError):
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file is not None

    def _lock(self, which: int, *, wait: bool = False) -> bool:
        # Held by the process, not by the open file: one that is forked holds nothing.
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), 1, which)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _unlock(self, which: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, which)
