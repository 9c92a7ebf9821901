"""The company behind claims about access: founded once, put back before each test."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.entities.system.session import UserSession
from app.entities.system.user import Role
from app.entities.types import now_utc
from app.lowcode.security.identity import forget_rights
from tests.access.world import Company, found_company
from tests.callers import inside
from tests.databases import Database, dispose, release


@pytest.fixture(scope="session")
def _companies() -> Iterator[dict[str, tuple[Company, Database]]]:
    """By database: each is founded when it is first asked for."""
    companies: dict[str, tuple[Company, Database]] = {}
    yield companies
    for _company, kept in companies.values():
        kept.close()


@pytest.fixture
def _company(
    request: pytest.FixtureRequest, database: str, _companies: dict[str, tuple[Company, Database]]
) -> tuple[Company, Database]:
    if database not in _companies:
        app, empty = request.getfixturevalue(f"_{database}")
        empty.restore()
        forget_rights()
        company = found_company(app)
        with inside(app) as session:
            # These claims outlast the minutes for which a password counts as just typed.
            session.execute(update(UserSession).values(confirmed_on=now_utc() + timedelta(days=1)))
        dispose(app)
        kept = empty.beside()
        kept.keep()
        _companies[database] = company, kept
    return _companies[database]


@pytest.fixture
def company(_company: tuple[Company, Database]) -> Iterator[Company]:
    """Everybody signed in, one row of everything on each side."""
    found, kept = _company
    kept.restore()
    forget_rights()
    found.recover()
    yield found
    release(found.app)


@pytest.fixture
def put_back(company: Company, _company: tuple[Company, Database]) -> Callable[[], None]:
    """Undo what was done since the test began."""
    found, kept = _company
    stood = _roles(found.app)

    def restore() -> None:
        if _roles(found.app) != stood:
            forget_rights()
        release(found.app)
        kept.restore()
        found.recover()

    return restore


def _roles(app: Flask) -> set[tuple[int, int]]:
    """What rights are kept by: as long as it stands, what is known of them holds."""
    with inside(app) as session:
        return set(map(tuple, session.execute(select(Role.id, Role.version))))
