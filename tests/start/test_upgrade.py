"""An upgrade changes the whole database or nothing of it.

SQLite: a copy is migrated and checked before it takes the original's place.
PostgreSQL: the migrations are one transaction.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.start import product

FAILS = 'op.execute("SELECT no_such_column FROM unit")'
BREAKS_A_LINK = 'op.execute("UPDATE team SET region_id = 987654")'


def add_a_team(var: Path) -> None:
    with closing(sqlite3.connect(var / "kehu.db")) as database:
        now = "2026-01-01 00:00:00"
        database.execute(
            "INSERT INTO team (name, code, version, created_on, changed_on) VALUES (?, ?, 1, ?, ?)",
            ("North", "N", now, now),
        )
        database.commit()


def columns(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(unit)")]


def content(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def test_an_upgrade_keeps_every_row_and_the_database_from_before(var: Path, tmp_path: Path) -> None:
    add_a_team(var)
    before = content(var / "kehu.db")
    done = product.run(product.flask("setup"), var, cwd=product.next_version(tmp_path / "next"))
    assert done.returncode == 0, done.stderr
    assert "added_by_upgrade" in columns(var / "kehu.db")
    assert content(var / "kehu.db.before-upgrade") == before
    with closing(sqlite3.connect(var / "kehu.db")) as database:
        assert database.execute("SELECT name FROM team").fetchall() == [("North",)]


@pytest.mark.parametrize("then", [FAILS, BREAKS_A_LINK], ids=["fails", "breaks a link"])
def test_a_migration_that_goes_wrong_leaves_the_database_as_it_was(
    var: Path, tmp_path: Path, then: str
) -> None:
    add_a_team(var)
    before, files = content(var / "kehu.db"), set(var.glob("kehu.db*"))
    done = product.run(
        product.flask("setup"), var, cwd=product.next_version(tmp_path / "next", then)
    )
    product.assert_one_clear_line(done, "unchanged")
    assert content(var / "kehu.db") == before
    assert set(var.glob("kehu.db*")) == files


def test_an_upgrade_waits_for_nobody_who_still_uses_the_database(var: Path, tmp_path: Path) -> None:
    folder = product.next_version(tmp_path / "next")
    with closing(sqlite3.connect(var / "kehu.db")) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("SELECT count(*) FROM unit").fetchall()
        done = product.run(product.flask("setup"), var, cwd=folder)
    product.assert_one_clear_line(done, "still running", "unchanged")
    assert "added_by_upgrade" not in columns(var / "kehu.db")


@pytest.fixture
def postgresql(server_url: str) -> Iterator[str]:
    """The address of an empty database."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE upgrade_test")
        yield server_url.replace("/postgres?", "/upgrade_test?", 1)
        connection.execute("DROP DATABASE upgrade_test WITH (FORCE)")


def test_on_postgresql_a_failed_migration_is_rolled_back_and_the_next_one_works(
    postgresql: str, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    assert product.run(product.flask("setup"), var, DATABASE_URL=postgresql).returncode == 0
    bad = product.next_version(tmp_path / "bad", FAILS)
    done = product.run(product.flask("setup"), var, cwd=bad, DATABASE_URL=postgresql)
    product.assert_one_clear_line(done, "unchanged", "no_such_column")
    found = "SELECT 1 FROM information_schema.columns WHERE column_name = 'added_by_upgrade'"
    with psycopg.connect(postgresql) as connection:
        assert connection.execute(found).fetchone() is None
    good = product.next_version(tmp_path / "good")
    assert product.run(product.flask("setup"), var, cwd=good, DATABASE_URL=postgresql).stderr == ""
    with psycopg.connect(postgresql) as connection:
        assert connection.execute(found).fetchone() == (1,)


def test_a_postgresql_database_that_is_not_there_is_named(server_url: str, tmp_path: Path) -> None:
    address = server_url.replace("/postgres?", "/no_such_database?", 1)
    done = product.run(product.flask("setup"), tmp_path, DATABASE_URL=address)
    product.assert_one_clear_line(done, "no_such_database")
