"""Cells as HTML: a list has hundreds of them, and calls of macros would take most of its time."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.lowcode.pages.cells import Cell, Row

_WIDE_KINDS = frozenset({"tags", "long", "email", "url"})
#: bytes of a text that fits into half a card
_NARROW = 20
#: characters of a long text that its tooltip holds
_TOOLTIP = 400
#: td's attribute by its classes
_CLASSES: dict[tuple[bool, bool, bool, bool], str] = {}


def cell_html(cell: Cell) -> Markup:
    """What stands inside a cell, a fact or a card."""
    if cell.html is None:
        # Our own markup around texts that are escaped.
        cell.html = Markup(_written(cell))  # noqa: S704
    return cell.html


def _written(cell: Cell) -> str:
    write = _BY_KIND.get(cell.kind)
    if write is not None and (cell.text or cell.items or cell.flag is not None):
        return write(cell)
    if not cell.text:
        return f'<span class="cell-empty" aria-label="{escape(_("Empty"))}">—</span>'
    return _link(cell, cell.url) if cell.url else escape(cell.text)


def badge_html(text: str, color: str | None = None) -> Markup:
    return Markup(_badge(text, color))  # noqa: S704


def facts_html(facts: Sequence[tuple[str, Cell]], *, in_columns: bool = False) -> Markup:
    """Values with their labels, for a `<dl>`; `in_columns`, long texts take the whole width."""
    shown = []
    for label, cell in facts:
        is_wide = in_columns and cell.kind == "long" and cell.text
        start = '<div class="wide">' if is_wide else "<div>"
        shown.append(f"{start}<dt>{escape(label)}</dt><dd>{cell_html(cell)}</dd></div>")
    return Markup("".join(shown))  # noqa: S704 - our own markup around texts that are escaped


def row_html(sheet: Any, row: Row, tickable: bool = False) -> Markup:
    """One row of a `Sheet` or `ListPage`; `tickable` adds the box of the bulk actions."""
    shown = [f'<tr data-href="{escape(row.url)}">' if row.url else "<tr>"]
    if tickable:
        label = escape(row.cells[0].text)
        shown.append(
            '<td class="tick"><input class="form-check-input" type="checkbox" name="rowid" '
            f'value="{row.id}" aria-label="{label}"></td>'
        )
    is_first = True
    for column, cell in zip(sheet.columns, row.cells, strict=True):
        text = cell.text or ""
        is_blank = not text and not cell.items and cell.flag is None
        is_wide = cell.kind in _WIDE_KINDS or (
            len(text) > _NARROW or (not text.isascii() and len(text.encode()) > _NARROW)
        )
        key = (column.align == "right", is_first, is_blank and not is_first, is_wide)
        attribute = _CLASSES.get(key)
        if attribute is None:
            attribute = _CLASSES[key] = _class(key)
        if is_first and row.url:
            html = f'<a href="{escape(row.url)}">{escape(text or "—")}</a>'
        else:
            html = "" if is_blank else cell_html(cell)
        shown.append(f"<td{attribute}>{html}</td>")
        is_first = False
    shown.append("</tr>")
    return Markup("".join(shown))  # noqa: S704 - our own markup around texts that are escaped


def _class(flags: tuple[bool, bool, bool, bool]) -> str:
    names = [
        name
        for name, is_set in zip(("number", "title", "blank", "wide"), flags, strict=True)
        if is_set
    ]
    return f' class="{" ".join(names)}"' if names else ""


def _badge(text: str, color: str | None) -> str:
    return f'<span class="badge-soft c-{escape(color or "gray")}">{escape(text)}</span>'


def _link(cell: Cell, url: str) -> str:
    return f'<a class="cell-link" href="{escape(url)}">{escape(cell.text)}</a>'


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
    return f'<a class="cell-link" href="{escape(cell.url)}" {away}>{escape(cell.text)}</a>'


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
