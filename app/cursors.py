"""How answers of PostgreSQL are read."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from psycopg import Column, Cursor
from psycopg.pq import ExecStatus


class _Columns(Sequence[Column]):
    """The columns of an answer, described when somebody asks."""

    def __init__(self, cursor: Cursor[Any], count: int) -> None:
        self._cursor, self._count = cursor, count

    @cached_property
    def _described(self) -> list[Column]:
        return [Column(self._cursor, place) for place in range(self._count)]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        return self._described[place]


class BriefCursor(Cursor[Any]):
    """SQLAlchemy looks at the columns of a statement's first answer and keeps what it found; the
    driver describes them again with every answer, for as much work as a row of them takes."""

    @property
    def description(self) -> Any:
        answer = self.pgresult
        if answer is None or answer.status != ExecStatus.TUPLES_OK:
            return super().description
        return _Columns(self, answer.nfields)
