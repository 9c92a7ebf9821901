"""Cells as HTML: a list has hundreds of them, and calls of macros would take most of its time."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from html import escape  # of plain texts, and several times as fast as that of templates
from itertools import islice
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from app.lowcode.pages.cells import Cell, Column, Row
from app.lowcode.pages.records import ShownSection

_WIDE_KINDS = frozenset({"tags", "long", "email", "url"})
#: bytes of a text that fits into half a card
_NARROW = 20
#: characters of a long text that its tooltip holds
_TOOLTIP = 400


def cell_html(cell: Cell) -> Markup:
    """What stands inside a cell, a fact or a card."""
    if cell.html is None:
        # Our own markup around texts that are escaped.
        cell.html = Markup(_written(cell))  # noqa: S704
    return cell.html


def cells_html(cells: Sequence[Cell]) -> Markup:
    return Markup("".join(map(cell_html, cells)))  # noqa: S704 - as above


def _written(cell: Cell) -> str:
    write = _BY_KIND.get(cell.kind)
    if write is not None and (cell.text or cell.items or cell.flag is not None):
        return write(cell)
    if not cell.text:
        return f'<span class="cell-empty" aria-label="{escape(_("Empty"))}">—</span>'
    return _link(cell, cell.url) if cell.url else escape(cell.text)


def badge_html(text: str, color: str | None = None) -> Markup:
    return Markup(_badge(text, color))  # noqa: S704


@lru_cache(maxsize=1000)
def icon_html(*names: str) -> Markup:
    """A Tabler icon, decorative; further names are classes of its place."""
    classes = escape(" ".join(map(str, names)))
    return Markup(f'<i class="ti ti-{classes}" aria-hidden="true"></i>')  # noqa: S704


_label = lru_cache(maxsize=2000)(escape)


def facts_html(facts: Sequence[tuple[str, Cell]], *, in_columns: bool = False) -> Markup:
    """Values with their labels, for a `<dl>`; `in_columns`, long texts take the whole width."""
    shown = []
    for label, cell in facts:
        is_wide = in_columns and cell.kind == "long" and cell.text
        start = '<div class="wide">' if is_wide else "<div>"
        shown.append(f"{start}<dt>{_label(label)}</dt><dd>{cell_html(cell)}</dd></div>")
    return Markup("".join(shown))  # noqa: S704 - our own markup around texts that are escaped


def sections_html(sections: Sequence[ShownSection]) -> Markup:
    """The values of a record under the titles of its sections."""
    shown = [
        f'<div class="detail-part"><h2>{escape(section.title)}</h2>'
        f'<dl class="details">{facts_html(section.items, in_columns=True)}</dl></div>'
        for section in sections
    ]
    return Markup("\n".join(shown))  # noqa: S704 - as above


def initial_of(name: str) -> str:
    """The letter in the square beside a name."""
    return name.strip()[:1].upper() or "·"


def rows_html(sheet: Any, tickable: bool = False) -> Markup:
    """The rows of a `Sheet` or `ListPage`; `tickable` adds the box of the bulk actions."""
    # Our own markup around texts that are escaped.
    return Markup("\n".join([_row(sheet, row, tickable) for row in sheet.rows]))  # noqa: S704


def _row(sheet: Any, row: Row, tickable: bool) -> str:
    if row.html is None or row.html[0] is not tickable:
        row.html = tickable, _written_row(sheet, row, tickable)
    return row.html[1]


def _written_row(sheet: Any, row: Row, tickable: bool) -> str:
    url, title = escape(row.url), row.cells[0].text if row.cells else ""
    shown = [f'<tr data-href="{url}">' if url else "<tr>"]
    if tickable:
        shown.append(
            '<td class="tick"><input class="form-check-input" type="checkbox" name="rowid" '
            f'value="{row.id}" aria-label="{escape(title)}"></td>'
        )
    columns = zip(sheet.columns, row.cells, strict=True)
    # Whose rights leave no column has none, not even a first one.
    for column, first in islice(columns, 1):
        link = f'<a href="{url}">{escape(title or "—")}</a>' if url else _inside(first)
        shown.append(f"<td{_classes(column.align, True, False, _is_wide(first))}>{link}</td>")
    shown += [cell.td or _td(column, cell) for column, cell in columns]
    shown.append("</tr>")
    return "".join(shown)


def _td(column: Column, cell: Cell) -> str:
    inside = _inside(cell)
    classes = _classes(column.align, False, not inside, _is_wide(cell))
    cell.td = td = f"<td{classes}>{inside}</td>"
    return td


def _inside(cell: Cell) -> str:
    """Nothing where the cell holds nothing."""
    is_blank = not cell.text and not cell.items and cell.flag is None
    return "" if is_blank else _written(cell)


def _is_wide(cell: Cell) -> bool:
    """Does it need more than half a card?"""
    text = cell.text
    return cell.kind in _WIDE_KINDS or (
        len(text) > _NARROW or (not text.isascii() and len(text.encode()) > _NARROW)
    )


@cache
def _classes(align: str, is_first: bool, is_blank: bool, is_wide: bool) -> str:
    """The attribute of a `<td>`."""
    flags = {"number": align == "right", "title": is_first, "blank": is_blank, "wide": is_wide}
    names = [name for name, is_set in flags.items() if is_set]
    return f' class="{" ".join(names)}"' if names else ""


def _badge(text: str, color: str | None) -> str:
    return f'<span class="badge-soft c-{escape(color or "gray")}">{escape(text)}</span>'


def _link(cell: Cell, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(cell.text)}</a>'


def _tags(cell: Cell) -> str:
    return f'<span class="tags">{"".join(_badge(*item) for item in cell.items)}</span>'


def _flag(cell: Cell) -> str:
    mark = "dot yes" if cell.flag else "dot"
    return f'<span><span class="{mark}"></span> {escape(cell.text)}</span>'


def _badge_cell(cell: Cell) -> str:
    badge = _badge(cell.text, cell.color)
    return f'<a href="{escape(cell.url)}">{badge}</a>' if cell.url else badge


def _website(cell: Cell) -> str:
    if not cell.url:
        return escape(cell.text)
    away = 'target="_blank" rel="noopener noreferrer"'
    return f'<a href="{escape(cell.url)}" {away}>{escape(cell.text)}</a>'


def _long(cell: Cell) -> str:
    text = cell.text
    hint = text if len(text) <= _TOOLTIP else f"{text[:_TOOLTIP]}…"
    return f'<span class="cell-long" title="{escape(hint)}">{escape(text)}</span>'


def _number(cell: Cell) -> str:
    text = cell.text
    return f'<span class="negative">{escape(text)}</span>' if text[0] in "-−" else escape(text)


_BY_KIND: dict[str, Callable[[Cell], str]] = {
    "tags": _tags,
    "flag": _flag,
    "badge": _badge_cell,
    "email": lambda cell: _link(cell, f"mailto:{cell.text}"),
    "phone": lambda cell: _link(cell, f"tel:{cell.text.replace(' ', '')}"),
    "url": _website,
    "long": lambda cell: _link(cell, cell.url) if cell.url else _long(cell),
    "number": lambda cell: _link(cell, cell.url) if cell.url else _number(cell),
    "money": lambda cell: _link(cell, cell.url) if cell.url else _number(cell),
    "quantity": lambda cell: _link(cell, cell.url) if cell.url else _number(cell),
}
