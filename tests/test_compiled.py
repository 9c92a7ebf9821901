"""Compiled statements are found by the statement itself, and never mistaken for another."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam, create_engine, event, literal_column, select
from sqlalchemy.engine import Engine

from app.compiled import CompiledStatements

MANY = 1500  # three times as many as are kept


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", execution_options={"compiled_cache": CompiledStatements()})
    yield made
    made.dispose()


def compilations(engine: Engine) -> list[Any]:
    """Filled with what is compiled from now on."""
    found: list[Any] = []

    def note(
        _connection: Any, _cursor: Any, _text: str, _values: Any, context: Any, _m: Any
    ) -> None:
        if context.cache_hit.name == "CACHE_MISS":
            found.append(context.compiled)

    event.listen(engine, "before_cursor_execute", note)
    return found


def test_a_statement_is_compiled_once_whoever_says_it(engine: Engine) -> None:
    compiled = compilations(engine)
    kept = select(bindparam("number"))
    with engine.connect() as connection:
        for number in range(3):
            assert connection.scalar(kept, {"number": number}) == number
            assert connection.scalar(select(bindparam("number")), {"number": number}) == number
    assert len(compiled) == 1


def test_of_many_statements_each_is_answered_as_itself(engine: Engine) -> None:
    with engine.connect() as connection:
        for number in range(MANY):  # each is gone at once, and the next one lies in its place
            statement = select(literal_column(str(number)))
            assert [connection.scalar(statement) for _again in range(2)] == [number, number]
