"""Few rows of a word, be they among the newest or not."""

from collections.abc import Sequence

import pytest
from flask import Flask

from app.entities.customers import Customer
from app.lowcode.principal import DataScope, Principal, acting_as
from app.lowcode.search import newest
from app.lowcode.search.declared import searched_of
from app.lowcode.search.matching import query_of
from tests.callers import inside
from tests.factories import make_user

MOST = 3


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(newest, "LOOKED_AT", 2)
    return newest.LOOKED_AT


def places(app: Flask, names: Sequence[str], typed: str) -> list[int]:
    """Where among the rows, from the oldest, those stand that are found."""
    with inside(app) as session:
        rows = [Customer(name=name) for name in names]
        for row in rows:
            session.add(row)
            session.flush()
        return sorted([row.id for row in rows].index(key) for key in found(typed))


def found(typed: str) -> list[int]:
    searched = searched_of(Customer)
    assert searched is not None
    query = query_of(searched, ["name"], typed)
    assert query is not None
    return newest.newest_keys([(searched, query)], MOST).get(Customer, [])


@pytest.mark.parametrize("typed", ["宏", "宏达", "hd", "hong", "hongda"])
@pytest.mark.parametrize(
    "those", [[], [0], [3], [0, 3], [1, 2, 3]], ids=lambda those: f"rows {those}"
)
def test_rows_are_found_wherever_they_stand(
    app: Flask, database: str, looked_at: int, typed: str, those: list[int]
) -> None:
    names = ["上海宏达" if n in those else "北京木林" for n in range(4)]
    assert places(app, names, typed) == those


@pytest.mark.parametrize("typed", ["宏", "宏达", "hd", "hong", "hongda"])
def test_of_many_rows_some_are_named(app: Flask, database: str, looked_at: int, typed: str) -> None:
    few = places(app, ["上海宏达"] * 6, typed)
    assert len(few) == len(set(few)) == MOST


def test_ones_own_rows_are_found_behind_those_of_others(
    app: Flask, database: str, looked_at: int
) -> None:
    with inside(app) as session:
        seller = make_user(session, name="seller")
        own = Customer(name="上海宏达", owner=seller)
        session.add(own)
        session.flush()
        session.add_all(Customer(name="上海宏达") for _ in range(6))
        session.flush()
        with acting_as(Principal(seller.id, "seller", scopes={"Customer": DataScope.OWN})):
            assert found("hongda") == [own.id]
