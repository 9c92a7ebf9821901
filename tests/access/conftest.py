"""The company behind claims about access: founded once, put back before each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.lowcode.security.identity import forget_rights
from tests.access.world import Company, found_company
from tests.databases import SQLiteFile, dispose


@pytest.fixture(scope="session")
def _company(_sqlite: Any) -> Iterator[tuple[Company, SQLiteFile]]:
    app, empty = _sqlite
    empty.restore()
    forget_rights()
    company = found_company(app)
    dispose(app)
    kept = SQLiteFile(Path(empty.url.removeprefix("sqlite:///")).parent)
    kept.keep()
    yield company, kept
    kept.close()


@pytest.fixture
def company(_company: tuple[Company, SQLiteFile]) -> Iterator[Company]:
    """Everybody signed in, one row of everything on each side."""
    found, kept = _company
    kept.restore()
    forget_rights()
    found.recover()
    yield found
    dispose(found.app)


@pytest.fixture
def put_back(_company: tuple[Company, SQLiteFile]) -> Callable[[], None]:
    """Undo what was done since the test began."""
    found, kept = _company

    def restore() -> None:
        dispose(found.app)
        kept.restore()
        forget_rights()
        found.recover()

    return restore
