"""`kehu worker`: a process that does background work beside the web server."""

import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.commands import database
from app.commands.console import say
from app.jobs import SCHEDULE
from app.lowcode.jobs import Runner

#: seconds until work that the web process put in is seen here
POLL = 2.0


@click.command("worker")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 32))
@with_appcontext
def command(threads: int) -> None:
    """Do background work until told to stop; as many of these as wanted, on any machine."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    database.require_current(app.extensions["kehu_settings"])
    runner = Runner(app, threads, SCHEDULE, poll=POLL)
    # Work that jobs here put in is seen at once.
    app.extensions["kehu_jobs"] = runner
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    runner.start()
    say("Waiting for background work (Ctrl-C stops it).", "等待后台任务（按 Ctrl-C 停止）。")
    stop.wait()
    runner.stop()
