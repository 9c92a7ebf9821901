"""Several processes behind one address: each connection goes to one that has nothing to do.

Of those it goes to the one that came first: while one process is enough, it is the one whose memory
is warm. On a kept connection requests come to the process that holds it; where one of them has to
wait, its connection is closed after the answer, and the next one finds who is free. So it is where
others stand in line: who holds a connection would be served again and again before them.
"""

import logging
import select
import socket
import threading
from mmap import mmap
from time import monotonic, sleep
from typing import Any

from app.commands.connections import KehuServer
from app.places import Places

#: seconds after which a process that works on a request may take another one
_BRIEF = 0.005
#: and after which it does not leave it to others any more that seem to have nothing to do
_LONG = 0.5
#: seconds until a process that is told to stop leaves the line
_LOOK_UP = 0.5


class Crew:
    """What the processes know of each other; made before they are forked."""

    def __init__(self, size: int) -> None:
        self._busy = mmap(-1, size)
        self._size = size

    def note(self, member: int, *, is_busy: bool) -> None:
        self._busy[member] = is_busy

    @property
    def is_all_busy(self) -> bool:
        return all(self._busy[: self._size])


class SharingServer(KehuServer):
    """Takes connections from a socket that other processes take them from, too."""

    def __init__(
        self, listener: socket.socket, crew: Crew, member: int, places: Places, app: Any, **how: Any
    ) -> None:
        super().__init__(listener.getsockname()[:2], app, **how)
        self._listener, self._places = listener, places
        self._crew, self._member = crew, member
        self._left = threading.Event()
        self._door = threading.Lock()
        self._is_closed = False
        places.tell = self._note

    def bind(self, *_family_type_and_protocol: int) -> socket.socket:
        self.socket = self._listener
        return self.socket

    def prepare(self) -> None:
        super().prepare()
        # Where another process was faster there is nothing to wait for.
        self.socket.setblocking(False)
        self._note(0)
        if hasattr(select, "EPOLLEXCLUSIVE"):
            # The library's own would wake all processes for each connection.
            self._connections._selector.unregister(self.socket.fileno())
            threading.Thread(target=self._take_in, daemon=True).start()

    def stop(self) -> None:
        with self._door:
            self._is_closed = True
        super().stop()

    @property
    def can_add_keepalive_connection(self) -> bool:
        return bool(
            super().can_add_keepalive_connection
            and not self._places.had_to_wait
            and not self._is_stood_in_line
        )

    @property
    def _is_stood_in_line(self) -> bool:
        try:
            return bool(select.select([self._listener], [], [], 0)[0])
        except (OSError, ValueError):  # closed meanwhile
            return True

    def _note(self, inside: int) -> None:
        self._crew.note(self._member, is_busy=inside > 0)

    def has_answered(self) -> None:
        # Not before: who takes the next connection in would hold up the answer.
        if not self._places.inside:
            self._left.set()

    def _take_in(self) -> None:
        """Accept connections, each when it is this process's turn."""
        line = select.epoll()
        line.register(self._listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
        while not self._is_closed:
            try:
                if line.poll(self._turn()):
                    self._take_one()
            except Exception:
                # No file left to open, for one; who waits is taken in when that is over.
                self.error_log("A connection could not be taken", logging.ERROR, traceback=True)
                sleep(_LOOK_UP)

    def _take_one(self) -> None:
        with self._door:
            if self._is_closed:
                return
            connection = self._connections._from_server_socket(self._listener)
        if connection is not None:
            self._left.clear()
            self._note(1)
            self.process_conn(connection)
            self._left.wait(_BRIEF)
            self._note(self._places.inside)  # it may be that nothing was asked yet

    def _turn(self) -> float:
        """Wait until it is this process's turn; for so many seconds it may stand in line."""
        began = monotonic()
        while self._places.inside and monotonic() - began < _LONG:
            if self._crew.is_all_busy and self._places.has_room:
                return _BRIEF
            self._left.clear()
            self._left.wait(_BRIEF)
        return _BRIEF if self._places.inside else _LOOK_UP
