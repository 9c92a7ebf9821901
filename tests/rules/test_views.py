"""Columns as an address names them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.views import (
    MOST_COLUMNS,
    NARROWEST,
    WIDEST,
    columns_text,
    moved,
    parse_columns,
)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", ()),
        (" , ,:20", ()),
        ("name", (("name", None),)),
        ("name:220, tier ,owner:90", (("name", 220), ("tier", None), ("owner", 90))),
        ("name,name:80", (("name", None),)),
        ("name:1,tier:99999999999", (("name", NARROWEST), ("tier", WIDEST))),
        ("name:-5,tier:x,owner:²", (("name", None), ("tier", None), ("owner", None))),
        ("customer.region:100", (("customer.region", 100),)),
    ],
)
def test_columns_are_read_as_far_as_they_can_be(
    text: str, columns: tuple[tuple[str, int | None], ...]
) -> None:
    assert parse_columns(text) == columns


def test_there_is_an_end_to_columns() -> None:
    assert len(parse_columns(",".join(f"c{n}" for n in range(1000)))) == MOST_COLUMNS


PATHS = st.text("abcxyz_.", min_size=1, max_size=6)
COLUMNS = st.dictionaries(PATHS, st.none() | st.integers(NARROWEST, WIDEST), max_size=8)


@given(COLUMNS)
def test_what_is_written_is_read_back(found: dict[str, int | None]) -> None:
    columns = tuple(found.items())
    assert parse_columns(columns_text(columns)) == columns


@pytest.mark.parametrize(
    ("path", "step", "order"),
    [("b", -1, "bac"), ("b", 1, "acb"), ("a", -1, "abc"), ("c", 1, "abc"), ("a", 9, "bca")],
)
def test_a_column_moves_as_far_as_there_are_places(path: str, step: int, order: str) -> None:
    columns = tuple((name, None) for name in "abc")
    assert [name for name, _width in moved(columns, path, step)] == list(order)


def test_a_column_that_is_not_there_moves_nothing() -> None:
    assert moved((("a", None),), "b", 1) == (("a", None),)
