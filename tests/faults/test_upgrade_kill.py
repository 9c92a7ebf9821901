"""A set-up that is killed at any moment can be run again; nothing that was there is lost."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.start import product

#: seconds after the start: before, during and after the migration, and while writing rights
MOMENTS = [0.8, 1.5, 2.2, 3.0, 4.0]


def kill_after(command: list[str], var: Path, seconds: float, *, cwd: Path = product.ROOT) -> None:
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=product.environment(var),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_first_set_up_that_was_killed_is_finished_by_the_next_one(
    tmp_path: Path, moment: float
) -> None:
    kill_after(product.flask("setup", "--demo"), tmp_path, moment)
    done = product.run(product.flask("setup", "--demo"), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    with closing(sqlite3.connect(tmp_path / "kehu.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM customer").fetchone()[0] > 0
        query = "SELECT count(*) FROM ab_user WHERE username = 'admin'"
        assert database.execute(query).fetchone() == (1,)


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_upgrade_that_was_killed_is_finished_by_the_next_one(
    tmp_path: Path, moment: float
) -> None:
    var, folder = tmp_path / "var", product.next_version(tmp_path / "next")
    assert product.run(product.flask("setup", "--demo"), var).returncode == 0
    with closing(sqlite3.connect(var / "kehu.db")) as database:
        names = database.execute("SELECT name FROM customer ORDER BY id").fetchall()
    kill_after(product.flask("setup"), var, moment, cwd=folder)
    done = product.run(product.flask("setup"), var, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    with closing(sqlite3.connect(var / "kehu.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT name FROM customer ORDER BY id").fetchall() == names
        assert database.execute("SELECT added_by_upgrade FROM unit LIMIT 1").fetchone() == (None,)
