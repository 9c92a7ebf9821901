"""The set-up: from nothing to a first sign-in, twice without harm, and never over foreign data."""

import os
import pty
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.services.system.accounts import password_matches
from tests.start import product


def rows(var: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(var / "kehu.db")) as database:
        return database.execute(query).fetchall()


def administrator(var: Path) -> tuple[str, bool]:
    """The stored password of `admin`, and whether it must be changed."""
    query = "SELECT password, must_change_password FROM ab_user WHERE username = 'admin'"
    ((stored, must_change),) = rows(var, query)
    return str(stored), bool(must_change)


def test_the_first_set_up_shows_a_one_time_password_once(tmp_path: Path) -> None:
    first = product.run(product.flask("setup"), tmp_path)
    shown = re.search(r"one-time password (\S+)", first.stdout)
    assert shown, first.stdout + first.stderr
    stored, must_change = administrator(tmp_path)
    assert password_matches(stored, shown[1])
    assert must_change
    again = product.run(product.flask("setup"), tmp_path)
    assert again.returncode == 0
    assert "password" not in again.stdout
    assert administrator(tmp_path)[0] == stored


def test_the_set_up_asks_for_the_password_on_a_terminal(tmp_path: Path) -> None:
    outer, inner = pty.openpty()
    with subprocess.Popen(
        product.flask("setup"),
        cwd=product.ROOT,
        env=product.environment(tmp_path),
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    ) as asking:
        os.close(inner)
        _answer(outer, b"Password", "short")
        _answer(outer, b"same again", "short")
        _answer(outer, b"12 characters", None)
        _answer(outer, b"Password", product.PASSWORD)
        _answer(outer, b"same again", product.PASSWORD)
        _drain(outer)
    assert asking.returncode == 0
    stored, must_change = administrator(tmp_path)
    assert password_matches(stored, product.PASSWORD)
    assert not must_change


def _answer(terminal: int, question: bytes, answer: str | None) -> None:
    said = b""
    while question not in said:
        said += os.read(terminal, 1)
    if answer:
        os.write(terminal, f"{answer}\n".encode())


def _drain(terminal: int) -> None:
    try:
        while os.read(terminal, 1000):
            pass
    except OSError:  # how Linux says that the other end is closed
        os.close(terminal)


def test_a_password_from_a_script_must_be_good_too(tmp_path: Path) -> None:
    command = product.flask("setup", "--admin-password-stdin")
    done = product.run(command, tmp_path, typed="password1234\n")
    product.assert_one_clear_line(done, "administrator's password")
    assert rows(tmp_path, "SELECT count(*) FROM ab_user WHERE username = 'admin'") == [(0,)]


def test_demo_data_goes_into_an_empty_database_only(var: Path) -> None:
    first = product.run(product.flask("setup", "--demo"), var)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "demo_sales" in first.stdout
    customers = rows(var, "SELECT count(*) FROM customer")
    assert customers[0][0] > 0
    second = product.run(product.flask("setup", "--demo"), var)
    assert second.returncode == 0
    assert "not empty" in second.stdout
    assert rows(var, "SELECT count(*) FROM customer") == customers


def test_a_database_newer_than_the_code_is_left_alone(var: Path) -> None:
    with closing(sqlite3.connect(var / "kehu.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
        database.commit()
    before = (var / "kehu.db").read_bytes()
    for command in ("setup", "serve"):
        done = product.run(product.flask(command), var)
        product.assert_one_clear_line(done, "newer than this program", "from_the_future")
    assert (var / "kehu.db").read_bytes() == before


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "kehu.db")) as database:
        database.execute("CREATE TABLE invoices (id INTEGER)")
    done = product.run(product.flask("setup"), tmp_path)
    product.assert_one_clear_line(done, "another program")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kehu.db").write_text("a letter to the customers, far longer than a header" * 9)
    done = product.run(product.flask("setup"), tmp_path)
    product.assert_one_clear_line(done, "not a database")


def test_the_server_does_not_start_on_a_database_that_is_not_set_up(tmp_path: Path) -> None:
    done = product.run(product.flask("serve", "--port", str(product.free_port())), tmp_path)
    product.assert_one_clear_line(done, "not set up")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://kehu:a-secret@127.0.0.1:1/kehu", "127.0.0.1:1/kehu"),
        ("postgresql://kehu:a-secret@no-such-host.invalid/kehu", "no-such-host.invalid"),
        ("mysql://kehu:a-secret@127.0.0.1/kehu", "DATABASE_URL"),
        ("nonsense", "DATABASE_URL"),
        ("sqlite:////no/such/folder/kehu.db", "unable to open"),
    ],
)
def test_a_database_out_of_reach_is_named_without_its_password(
    tmp_path: Path, url: str, words: str
) -> None:
    done = product.run(product.flask("setup"), tmp_path, DATABASE_URL=url)
    product.assert_one_clear_line(done, words)
    assert "a-secret" not in done.stderr


def test_a_known_key_stops_every_command(tmp_path: Path) -> None:
    done = product.run(product.flask("setup"), tmp_path, SECRET_KEY="changeme")
    product.assert_one_clear_line(done, "SECRET_KEY")


@pytest.mark.parametrize("size", ["16k", "300k"])
def test_a_full_disk_stops_the_set_up_in_one_line(tmp_path: Path, size: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = product.isolated(
        "--mount",
        script=f"mount -t tmpfs -o size={size} none {disk}\n"
        f"exec {sys.executable} -m flask --app app setup",
    )
    product.assert_one_clear_line(product.run(command, disk), "full")


def test_a_read_only_data_folder_stops_the_set_up_in_one_line(tmp_path: Path) -> None:
    command = product.isolated(
        "--mount",
        script=f"mount -t tmpfs -o ro none {tmp_path}\n"
        f"exec {sys.executable} -m flask --app app setup",
    )
    product.assert_one_clear_line(product.run(command, tmp_path), str(tmp_path), "read-only")
