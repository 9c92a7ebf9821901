"""A filtered list on paper: heads repeated, who and when, page x of y."""

from collections.abc import Iterator
from typing import IO

from flask_babel import gettext as _

from app.lowcode.exporting import ExportTable
from app.reports import theme
from app.reports.grid import Column, fitted, grid, wished_widths
from app.reports.sheet import Sheet


def write(table: ExportTable, file: IO[bytes]) -> None:
    """The table as a PDF; DomainError where the fonts are missing."""
    foot = f"{table.title} · {table.author} · {table.moment}"
    sheet = Sheet(table.title, foot=foot, author=table.author)
    heads = [Column(sheet.words(c.label), right=c.field.align == "right") for c in table.columns]
    rows = [
        [sheet.words(c.field.text(value)) for c, value in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]
    wished = wished_widths(heads, rows)
    if sum(wished) > sheet.room:
        sheet.lie_down()
    sheet.add(sheet.text(table.title, theme.TITLE))
    sheet.add(*(sheet.text(line, theme.NOTE) for line in _notes(table, sheet.missing_note)))
    sheet.space(8)
    sheet.add(grid(heads, rows, fitted(heads, wished, sheet.room)))
    sheet.write(file)


def _notes(table: ExportTable, missing: str) -> Iterator[str]:
    """The lines under the title: filters, how many, who and when, what the font cannot draw."""
    if table.summary:
        yield " · ".join(table.summary)
    yield _(
        "%(count)s records, printed by %(name)s on %(moment)s",
        count=table.count,
        name=table.author,
        moment=table.moment,
    )
    if missing:
        yield missing
