"""Tables made ready for a mapping: cells put together, files joined, rows left out or put in order.

What a set says about its files beside the mapping. Sets are small: what is joined or sorted is
held in memory.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.lowcode.importing.mapping import column_names, find_columns
from app.lowcode.importing.reading import Row, Table, cell_text, fit
from app.rules.errors import InvalidInput


@dataclass(frozen=True)
class Join:
    """Columns from the rows of another file whose `key` is what our column `on` says.

    From the first such row; with `every` one row here becomes as many as there are such rows.
    """

    file: str
    on: str
    key: str
    #: {column there: name of the new column here}
    columns: dict[str, str]
    every: bool = False


def inline_table(rows: Sequence[dict[str, str]]) -> Table:
    """A table that stands in the set itself; its lines are numbered from 1."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    cells = ([row.get(name) for name in header] for row in rows)
    return Table(header=header, rows=_counted(cells))


def _counted(rows: Iterable[list[Any]]) -> Generator[Row]:
    yield from enumerate(rows, start=1)


def repaired(table: Table, overflow: str) -> Table:
    """Rows in the width of the header: what an unquoted comma split goes to one column."""
    column = _place(table, overflow)

    def fitted(line: int, cells: list[Any]) -> list[Row]:
        return [(line, fit(cells, len(table.header), column, table.delimiter or ","))]

    return replace(table, rows=_each(table.rows, fitted))


def joined(table: Table, other: Table, join: Join) -> Table:
    """The table with the columns of `other`, which is read to its end; empty where none fits."""
    places = find_columns([join.key, *join.columns], column_names(other.header))
    found: dict[str, list[list[Any]]] = {}
    for _line, cells in other.rows:
        key = cell_text(cells[places[join.key]])
        found.setdefault(key, []).append([cells[places[name]] for name in join.columns])
    width, on, none = len(table.header), _place(table, join.on), [None] * len(join.columns)

    def with_columns(line: int, cells: list[Any]) -> list[Row]:
        if len(cells) > width:
            raise InvalidInput("Line %(line)s has more cells than the header.", line=line)
        matches = found.get(cell_text(cells[on]), [none])
        return [(line, [*cells, *more]) for more in (matches if join.every else matches[:1])]

    header = [*table.header, *join.columns.values()]
    return replace(table, header=header, rows=_each(table.rows, with_columns))


def without(table: Table, skipped: dict[str, list[str]]) -> Table:
    """Leave out the rows with one of the given texts in a column."""
    places = {_place(table, name): frozenset(texts) for name, texts in skipped.items()}

    def kept(line: int, cells: list[Any]) -> list[Row]:
        out = any(cell_text(cells[place]) in texts for place, texts in places.items())
        return [] if out else [(line, cells)]

    return replace(table, rows=_each(table.rows, kept))


def distinct(table: Table, columns: Sequence[str]) -> Table:
    """Only the first row of those that say the same in these columns."""
    places = [_place(table, name) for name in columns]
    seen: set[tuple[str, ...]] = set()

    def first(line: int, cells: list[Any]) -> list[Row]:
        key = tuple(cell_text(cells[place]) for place in places)
        if key in seen:
            return []
        seen.add(key)
        return [(line, cells)]

    return replace(table, rows=_each(table.rows, first))


def ordered(table: Table, columns: Sequence[str]) -> Table:
    """The rows sorted by the texts of these columns; those that say the same keep their order."""
    places = [_place(table, name) for name in columns]

    def rows() -> Generator[Row]:
        found = list(table.rows)
        yield from sorted(found, key=lambda row: [cell_text(row[1][place]) for place in places])

    return replace(table, rows=rows())


def _place(table: Table, column: str) -> int:
    return find_columns([column], column_names(table.header))[column]


def _each(rows: Generator[Row], make: Callable[[int, list[Any]], list[Row]]) -> Generator[Row]:
    """Each row as what `make` makes of it; closing it closes the file behind."""
    try:
        for line, cells in rows:
            yield from make(line, cells)
    finally:
        rows.close()
