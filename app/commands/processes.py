"""Several processes that share what was loaded once: forked, watched over, ended together."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from types import FrameType

from app.commands.console import say

#: seconds before a process that ended by itself is started anew
PAUSE = 1.0
_ENDING = (signal.SIGTERM, signal.SIGINT)

Role = Callable[[], None]


def can_fork() -> bool:
    return hasattr(os, "fork")


def keep(roles: Sequence[Role], ready: Callable[[], None]) -> None:
    """Run each role in a process of its own until SIGTERM or SIGINT, and wait for their ends.

    A process that ends by itself is replaced. A role ends on SIGTERM, which it handles itself, and
    is sent it, too, when this process is gone without a word.
    """
    running: dict[int, Role] = {}
    stopping = threading.Event()
    lifeline, held = os.pipe()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()
        for pid in list(running):
            _end(pid)

    def start(role: Role) -> None:
        # A signal waits until its handler finds the new process, and that one its own way to end.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        if not stopping.is_set():
            running[_start(role, lifeline, held)] = role
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)

    for number in _ENDING:
        signal.signal(number, stop)
    for role in roles:
        start(role)
    ready()
    while running:
        pid, _status = os.wait()
        role = running.pop(pid)
        if stopping.is_set():
            continue
        say("A process ended by itself and is replaced.", "一个进程意外结束，正在重新启动。")
        time.sleep(PAUSE)
        start(role)


def _start(role: Role, lifeline: int, held: int) -> int:
    """The key of the new process. Nothing but this thread may run here: a fork takes no others."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.close(held)
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
        role()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _end_with_parent(lifeline: int) -> None:
    """The pipe ends when the last process that holds its other end, the parent, is gone."""
    os.read(lifeline, 1)
    _end(os.getpid())


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return


class Bell:
    """Tells the process that does the background work that there is some; made before forking."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)

    def wake(self) -> None:
        """Ring, from any process."""
        try:
            os.write(self._write, b".")
        except BlockingIOError:
            return  # it has rung often enough

    def answer(self, heard: Callable[[], None]) -> None:
        """Call `heard` at every ring, in a thread that ends with the process."""

        def listen() -> None:
            while os.read(self._read, 4096):
                heard()

        threading.Thread(target=listen, daemon=True).start()
