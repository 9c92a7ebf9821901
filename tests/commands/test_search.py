"""`kehu search`: makes the index again and says where it differs from the rows."""

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from app.entities.customers import Customer
from app.lowcode import search
from tests.callers import inside


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["search", *words])


@pytest.fixture(autouse=True)
def _behind(app: Flask) -> None:
    """A customer whose name another program has changed."""
    with inside(app) as session:
        session.add(Customer(name="华瑞"))
        session.flush()
        session.connection().execute(update(Customer.__table__).values(name="鑫盛"))


def finds(app: Flask, typed: str) -> bool:
    with inside(app) as session:
        where = search.holding(Customer, ["name"], typed)
        return session.query(Customer).where(where).count() == 1


@pytest.mark.usefixtures("database")
def test_what_differs_is_told_and_made_right(app: Flask) -> None:
    told = run(app, "check")
    assert told.exit_code == 1
    assert "Customer: 1 entries differ" in told.output
    assert not finds(app, "鑫盛")
    made = run(app, "reindex")
    assert made.exit_code == 0, made.output
    assert finds(app, "鑫盛")
    assert not finds(app, "华瑞")
    assert run(app, "check").exit_code == 0


def test_one_kind_alone(app: Flask) -> None:
    assert run(app, "reindex", "--entity", "products").exit_code == 0
    assert not finds(app, "鑫盛")
    assert run(app, "check", "--entity", "products").exit_code == 0
    assert run(app, "check", "--entity", "customers").exit_code == 1
    assert run(app, "reindex", "--entity", "customers").exit_code == 0
    assert finds(app, "鑫盛")


@pytest.mark.parametrize("entity", ["audit-entries", "nothing"])
def test_what_has_no_index_is_refused(app: Flask, entity: str) -> None:
    assert run(app, "reindex", "--entity", entity).exit_code == 2
