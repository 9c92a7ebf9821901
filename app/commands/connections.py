"""What requests come in by and answers go out by: fewer steps than the server library's own.

It reads and writes with Python's own, slow `io`, and sends the head of an answer and its body one
after the other.
"""

import io
import socket
from typing import Any

from cheroot.server import HTTPConnection, HTTPRequest
from cheroot.wsgi import Server


class _Socket(socket.SocketIO):
    """Counts what came."""

    received = 0

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self.received += count or 0
        return count


class _Reader(io.BufferedReader):
    """Knows whether more has come than was read: another request on a kept connection."""

    def __init__(self, sock: socket.socket, size: int) -> None:
        self._source = _Socket(sock, "rb")
        self.bytes_read = 0
        super().__init__(self._source, size)

    def read(self, size: int | None = -1, /) -> bytes:
        return self._counted(super().read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._counted(super().readline(size))

    def __next__(self) -> bytes:
        if line := self.readline():
            return line
        raise StopIteration

    def has_data(self) -> bool:
        return self._source.received > self.bytes_read

    def _counted(self, found: bytes) -> bytes:
        self.bytes_read += len(found)
        return found


class _Writer:
    """Sends at once what it is given, but what is held back together with what comes next."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._held, self._holds = b"", False
        self.bytes_written = 0

    def hold_next(self) -> None:
        self._holds = True

    def write(self, data: bytes) -> int:
        if self._holds:
            self._held, self._holds = data, False
        else:
            held, self._held = self._held, b""
            self._send(held + data if held else data)
        return len(data)

    def flush(self) -> None:
        if self._held:
            self.write(b"")

    def _send(self, data: bytes) -> None:
        self.bytes_written += len(data)
        # Piece by piece, and not `sendall`: each may take as long as a slow reader is given.
        rest = memoryview(data)
        while rest:
            rest = rest[self._socket.send(rest) :]


def _file(sock: socket.socket, mode: str, size: int) -> _Reader | _Writer:
    return _Reader(sock, size) if "r" in mode else _Writer(sock)


class _Request(HTTPRequest):
    def send_headers(self) -> None:
        self.conn.wfile.hold_next()
        super().send_headers()

    def respond(self) -> None:
        try:
            super().respond()
        finally:
            self.conn.wfile.flush()


class Connection(HTTPConnection):
    """Of a visitor; over TLS, too: what it reads and writes is encrypted by the socket."""

    RequestHandlerClass = _Request

    def __init__(self, server: Server, sock: socket.socket, _makefile: Any) -> None:
        super().__init__(server, sock, _file)

    def communicate(self) -> bool:
        try:
            return bool(super().communicate())
        finally:
            self.server.has_answered()


class KehuServer(Server):
    """The library's, with connections of our own."""

    ConnectionClass = Connection

    def has_answered(self) -> None:
        """All of an answer was sent, in the thread that did."""
