"""What every test may ask for: the product on either database, a browserless client, a session.

A module whose claims must hold on both databases says so on top:

    pytestmark = pytest.mark.usefixtures("database")

All others run on SQLite.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import models  # noqa: F401 - tables name each other: all are known to every test
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security.identity import forget_rights
from tests.databases import PostgreSQL, SQLiteFile, build_app, postgresql_server, release
from tests.factories import make_user
from tests.visitors import Visitor

#: Few tests, each of them long: last, they would keep one core busy while the others wait.
LONG = (
    "tests/access/", "tests/browser/", "tests/start/", "tests/migrations/", "tests/seed/",
    "tests/test_add_an_entity.py", "tests/views/test_home.py", "tests/views/test_every_route.py",
    "tests/commands/test_crm_pipeline.py", "tests/reports/test_order_papers.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; within a file and among the others the order stays."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The name of the database in use; whoever asks for it runs once on each."""
    return str(request.param)


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, SQLiteFile]]:
    folder = tmp_path_factory.mktemp("sqlite")
    kept = SQLiteFile(folder)
    yield build_app(kept, folder / "var"), kept
    kept.close()


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of the one server all tests share."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def _postgresql(
    tmp_path_factory: pytest.TempPathFactory, server_url: str
) -> Iterator[tuple[Flask, PostgreSQL]]:
    kept = PostgreSQL(server_url)
    yield build_app(kept, tmp_path_factory.mktemp("var")), kept
    kept.close()


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The product on a fresh database; no application context is open."""
    name = "sqlite"
    if "database" in request.fixturenames:
        name = request.getfixturevalue("database")
    product, kept = request.getfixturevalue(f"_{name}")
    kept.restore()
    forget_rights()
    yield product
    release(product)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a person; outside any application context, as requests are in life."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A database session in an application context, acting as the product itself.

    Not together with `client`: an open application context would leak into its requests.
    """
    with app.app_context(), system("test"):
        yield db.session


@pytest.fixture
def visitor(app: Flask) -> Callable[..., Visitor]:
    """`visitor("sales", locale="en")` is a new person of that role, signed in."""

    def make(*roles: str, **values: Any) -> Visitor:
        with app.app_context(), system("test"):
            key = make_user(db.session, *roles, **values).id
        signed_in = Visitor(app)
        signed_in.begin_session(key)
        return signed_in

    return make
