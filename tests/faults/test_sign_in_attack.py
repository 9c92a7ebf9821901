"""A thousand guesses in four processes, begun anew in between, are at most ten guesses."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.entities.system.access import LoginAttempt
from app.entities.system.audit import AuditEntry
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security import throttle
from tests.databases import dispose
from tests.factories import PASSWORD, make_user
from tests.faults.sign_in_attacker import NAME, NAME_BY_MAIL, REFUSED, attack, build

ROOT = Path(__file__).parents[2]
TRIES, WORKERS, RUNS = 1000, 4, 2
#: seconds; far more than it takes, on machines with much else to do
LONGEST = 300


@pytest.fixture
def product(url: str, tmp_path: Path) -> Iterator[Flask]:
    app = build(url, tmp_path)
    with app.app_context(), system("test"):
        db.create_all()
        make_user(db.session, username=NAME, email=NAME_BY_MAIL)
    yield app
    dispose(app)


def run_workers(url: str, folder: Path, first: int, last: int) -> tuple[int, int]:
    """Four processes share these tries; how many passwords were looked at, how many were not."""
    share = (last - first) // WORKERS
    starts = range(first, last, share)
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.faults.sign_in_attacker",
                url,
                str(folder),
                str(start),
                str(start + share),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for start in starts
    ]
    counts = [process.communicate(timeout=LONGEST)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * WORKERS
    return sum(int(looked) for looked, _ in counts), sum(int(refused) for _, refused in counts)


def test_a_thousand_guesses_are_at_most_ten(product: Flask, url: str, tmp_path: Path) -> None:
    share = TRIES // RUNS
    runs = [run_workers(url, tmp_path, n * share, (n + 1) * share) for n in range(RUNS)]
    assert sum(looked + refused for looked, refused in runs) == TRIES
    assert sum(looked for looked, _ in runs) <= throttle.PER_ACCOUNT
    # The right password is not looked at either, and nothing was written for what was refused.
    assert attack(product.test_client(), [PASSWORD]) == [REFUSED]
    with product.app_context(), system("test"):
        kept = db.session.scalar(select(func.count(LoginAttempt.id)))
        assert kept is not None
        assert kept <= throttle.PER_ACCOUNT
        refusals = select(func.count()).where(AuditEntry.action == "sign_in_refused")
        assert 1 <= (db.session.scalar(refusals) or 0) <= WORKERS
