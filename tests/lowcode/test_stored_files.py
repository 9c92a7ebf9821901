"""Files that no row names are found and deleted; files that are gone or altered are named."""

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.commands.files import command
from app.entities.system.bin import BinEntry
from app.entities.system.record import Attachment
from app.lowcode import stored_files
from tests.callers import inside

_TEXT = b"kept"


@pytest.fixture
def folder(app: Flask) -> Path:
    path: Path = app.extensions["kehu_settings"].attachments
    path.mkdir(parents=True, exist_ok=True)
    for file in path.iterdir():
        file.unlink()
    return path


def put(folder: Path, name: str, hours: float = 48) -> None:
    (folder / name).write_bytes(_TEXT)
    then = time.time() - hours * 3600
    os.utime(folder / name, (then, then))


def attach(session: Any, name: str, **values: Any) -> None:
    row = {"sha256": hashlib.sha256(_TEXT).hexdigest(), **values}
    session.add(
        Attachment(
            entity="Customer", entity_id=1, name=f"{name}.txt", stored_name=name,
            content_type="text/plain", size=4, **row,
        )
    )  # fmt: skip


def test_what_a_row_or_the_bin_names_stays(app: Flask, folder: Path) -> None:
    for name in ("attached", "binned", "lost"):
        put(folder, name)
    put(folder, "young", hours=1)
    with inside(app) as session:
        attach(session, "attached")
        held = {"entity": "Attachment", "values": {"stored_name": "binned"}}
        session.add(
            BinEntry(entity="Tag", entity_id=1, label="x", data={"rows": [held], "links": []})
        )
        session.flush()
        assert [path.name for path in stored_files.lost_files(session)] == ["lost"]
        assert stored_files.delete_lost(session) == 1
    assert {path.name for path in folder.iterdir()} == {"attached", "binned", "young"}


def test_the_command_names_what_is_gone_or_altered(app: Flask, folder: Path) -> None:
    put(folder, "whole")
    put(folder, "lost")
    with inside(app) as session:
        attach(session, "whole")
    done = app.test_cli_runner().invoke(command, ["check", "--delete"])
    assert done.exit_code == 0, done.output
    assert not (folder / "lost").exists()
    (folder / "whole").write_bytes(b"other")
    with inside(app) as session:
        attach(session, "gone")
    done = app.test_cli_runner().invoke(command, ["check"])
    assert done.exit_code == 1
    assert "whole.txt" in done.output
    assert "gone.txt" in done.output
