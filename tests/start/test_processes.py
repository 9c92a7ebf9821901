"""Processes end with the one that keeps them, in whatever moment that is told to."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")

#: Processes that would sleep for long; the signal comes at an unhappy moment.
KEEPING = """
import os, signal, sys, time
from app.commands import processes

fork, moment = os.fork, sys.argv[1]

def slow_fork():
    pid = fork()
    if pid and moment == "listed":
        os.kill(os.getpid(), signal.SIGTERM)
    if not pid and moment == "ready":
        time.sleep(0.5)
    return pid

def told():
    if moment == "ready":
        os.kill(os.getpid(), signal.SIGTERM)

def replaced():
    if moment == "replaced":
        os.kill(os.getppid(), signal.SIGTERM)
    else:
        time.sleep(60)

os.fork = slow_fork
processes.keep([replaced, lambda: time.sleep(60), lambda: time.sleep(60)], told)
"""


@pytest.mark.parametrize("moment", ["listed", "ready", "replaced"])
def test_all_end_whenever_the_signal_comes(moment: str) -> None:
    done = subprocess.run([sys.executable, "-c", KEEPING, moment], timeout=20, check=False)
    assert done.returncode == 0
