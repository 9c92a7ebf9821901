"""How the server runs, in one process or several, and ends without losing a request."""

import os
import signal
import socket
import threading
from collections.abc import Iterable
from functools import partial
from types import FrameType
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from cheroot.ssl.builtin import BuiltinSSLAdapter
from flask import Flask

from app import garbage, large_pages
from app.commands.connections import KehuServer
from app.commands.console import say
from app.commands.processes import Bell, keep
from app.commands.sharing import Crew, SharingServer
from app.extensions import db
from app.jobs import SCHEDULE
from app.lowcode.jobs import Runner
from app.lowcode.search import pinyin
from app.places import Places

#: seconds for requests in flight after the signal to stop; then for the rest of the way out
FINISH_REQUESTS = 7
GONE = 9
#: connections that wait to be taken
BACKLOG = 512
#: requests that a process works on at once: while one waits for the database another goes on
AT_ONCE = 2
#: seconds for which one keeps others waiting
LONGEST = 0.5

Address = tuple[str, int]


def serve(app: Flask, address: Address, threads: int, adapter: BuiltinSSLAdapter | None) -> None:
    """Answer and do background work in this process until SIGTERM or SIGINT."""
    runner = app.extensions["kehu_jobs"] = Runner(app, _job_threads(app), SCHEDULE)
    within = _few_at_once(app, Places(AT_ONCE, LONGEST))
    server = KehuServer(address, within, numthreads=threads)
    server.ssl_adapter = adapter
    garbage.keep_what_is_loaded()
    large_pages.hold_what_is_loaded()
    stopping = _begin(server)
    runner.start()
    _say_ready(server.bind_addr, adapter)
    server.serve()
    runner.stop()
    stopping.join()


def serve_in(
    workers: int,
    app: Flask,
    address: Address,
    threads: int,
    adapter: BuiltinSSLAdapter | None,
) -> None:
    """Answer in `workers` processes and do background work in one more, until told to stop."""
    # Open here, too, what comes while a process is being replaced waits for the next one.
    bell, crew, listener = Bell(), Crew(workers), _listener(address)

    def answer(member: int) -> None:
        app.extensions["kehu_jobs"] = bell
        large_pages.hold_what_is_loaded()
        places = Places(AT_ONCE, LONGEST)
        within = _few_at_once(app, places)
        server = SharingServer(listener, crew, member, places, within, numthreads=threads)
        server.ssl_adapter = adapter
        stopping = _begin(server)
        server.serve()
        stopping.join()

    def work() -> None:
        listener.close()
        runner = app.extensions["kehu_jobs"] = Runner(app, _job_threads(app), SCHEDULE)
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        bell.answer(runner.wake)
        runner.start()
        ended.wait()
        runner.stop()

    _warm_up(app)
    garbage.keep_what_is_loaded()
    roles = [partial(answer, member) for member in range(workers)]
    roles += [work] * bool(_job_threads(app))
    keep(roles, lambda: _say_ready(listener.getsockname(), adapter))


def _listener(address: Address) -> socket.socket:
    family, kind, protocol, _name, place = socket.getaddrinfo(
        *address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(place)
    listener.listen(BACKLOG)
    return listener


def _few_at_once(app: Flask, places: Places) -> WSGIApplication:
    """The product for one process; what it answered is sent without a place."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with places.taken():
            return app(environ, start_response)

    return answer


def _begin(server: KehuServer) -> threading.Thread:
    """Get ready to serve; the thread runs once SIGTERM or SIGINT ended that, until all is done."""
    server.server_name = "Kehu"
    server.shutdown_timeout = FINISH_REQUESTS
    server.request_queue_size = BACKLOG
    server.prepare()
    stopping = threading.Thread(target=server.stop)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not stopping.is_alive() and server.ready:
            # A request or job that never ends must not hold up the machine's shutdown.
            watchdog = threading.Timer(GONE, os._exit, [1])
            watchdog.daemon = True
            watchdog.start()
            stopping.start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def _warm_up(app: Flask) -> None:
    """Load before forking what every process would else load for its first visitors."""
    for name in app.jinja_env.list_templates(filter_func=_is_own):
        app.jinja_env.get_template(name)
    pinyin.load()
    db.session.remove()
    db.engine.dispose()


def _is_own(template: str) -> bool:
    """Flask-AppBuilder's templates are many, and nearly none of them is shown."""
    return template.endswith(".html") and not template.startswith("appbuilder/")


def _job_threads(app: Flask) -> int:
    return int(app.extensions["kehu_settings"].job_threads)


def _say_ready(address: Any, adapter: BuiltinSSLAdapter | None) -> None:
    host, port = address[:2]
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if adapter else "http"
    say(
        f"Kehu is ready: {scheme}://{shown}:{port}/  (Ctrl-C stops it)",
        f"Kehu 客户已就绪：{scheme}://{shown}:{port}/ （按 Ctrl-C 停止）",
    )
