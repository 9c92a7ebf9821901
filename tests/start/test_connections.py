"""Connections of visitors: what comes in bit by bit is read, answers go out whole and in order."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from app.commands.connections import KehuServer

LONG = b"x" * 3_000_000
Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]


def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    path, size = environ["PATH_INFO"], int(environ.get("CONTENT_LENGTH") or 0)
    if path == "/echo":
        body = environ["wsgi.input"].read(size)
    elif path == "/lines":
        body = b"|".join(next(environ["wsgi.input"]) for _ in range(2))
    elif path == "/unread":
        body = b"not read"
    else:
        body = LONG if path == "/long" else b"" if path == "/empty" else path.encode()
    if path == "/moved":
        start_response("304 NOT MODIFIED", [])
        return []
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


@pytest.fixture
def serving() -> Iterator[Callable[[Application], socket.socket]]:
    """A connection to a server of an application."""
    servers, connections = [], []

    def connect(application: Application) -> socket.socket:
        server = KehuServer(("127.0.0.1", 0), application, numthreads=2)
        server.timeout = 1
        server.prepare()
        servers.append(server)
        threading.Thread(target=server.serve, daemon=True).start()
        connection = socket.create_connection(server.bind_addr, timeout=10)
        connections.append(connection)
        return connection

    yield connect
    for connection in connections:
        connection.close()
    for server in servers:
        server.stop()


def told(connection: socket.socket) -> tuple[bytes, bytes]:
    """Status line and body of the next answer."""
    file = connection.makefile("rb", buffering=0)
    status, size = file.readline().strip(), 0
    while line := file.readline().strip():
        name, _colon, value = line.partition(b":")
        size = int(value) if name.lower() == b"content-length" else size
    body = b""
    while len(body) < size:
        body += file.read(size - len(body))
    return status, body


def test_an_answer_goes_out_in_one_piece(serving: Any) -> None:
    connection = serving(answer)
    connection.sendall(b"GET /brief HTTP/1.1\r\nHost: x\r\n\r\n")
    whole = connection.recv(65536)
    assert whole.startswith(b"HTTP/1.1 200 OK\r\n")
    assert whole.endswith(b"\r\n\r\n/brief")


def test_a_long_answer_arrives_whole_at_a_slow_reader(serving: Any) -> None:
    connection = serving(answer)
    connection.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
    assert told(connection) == (b"HTTP/1.1 200 OK", LONG)


def test_requests_that_came_together_are_answered_one_after_the_other(serving: Any) -> None:
    connection = serving(answer)
    one = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
    # With what follows a body that nobody read the next request still begins where it begins.
    two = b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nGET /not "
    two += b"POST /lines HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\na\nb\n"
    rest = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % n for n in range(3))
    connection.sendall(one + two + rest)
    bodies = [told(connection)[1] for _ in range(6)]
    assert bodies == [b"one", b"not read", b"a\n|b\n", b"/0", b"/1", b"/2"]


def test_a_request_may_come_bit_by_bit(serving: Any) -> None:
    connection = serving(answer)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody":
        connection.send(bytes([byte]))
    assert told(connection) == (b"HTTP/1.1 200 OK", b"body")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"HEAD /brief", b"HTTP/1.1 200 OK"),
        (b"GET /empty", b"HTTP/1.1 200 OK"),
        (b"GET /moved", b"HTTP/1.1 304 NOT MODIFIED"),
    ],
)
def test_a_head_alone_is_sent(serving: Any, request_: bytes, status: bytes) -> None:
    connection = serving(answer)
    for _again in range(2):  # and the connection is kept
        connection.sendall(request_ + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        assert head.startswith(status)


def test_what_is_made_bit_by_bit_is_sent_bit_by_bit(serving: Any) -> None:
    goes_on = threading.Event()

    def streamed(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "11")])
        yield b"first"
        assert goes_on.wait(10)
        yield b"second"

    connection = serving(streamed)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(65536).endswith(b"\r\n\r\nfirst")
    goes_on.set()
    assert connection.recv(65536) == b"second"


def test_an_answer_that_fails_after_its_beginning_ends_there(serving: Any) -> None:
    def failing(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "100")])
        yield b"first"
        raise RuntimeError("no more")

    connection = serving(failing)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    whole = b""
    while part := connection.recv(65536):
        whole += part
    assert whole.startswith(b"HTTP/1.1 200 OK\r\n")
    assert whole.endswith(b"\r\n\r\nfirst")


def test_whoever_stops_asking_in_the_middle_keeps_nobody_waiting(serving: Any) -> None:
    connection = serving(answer)
    connection.sendall(b"GET /half HTTP/1.1\r\nHo")
    assert connection.recv(65536).startswith(b"HTTP/1.1 408")
