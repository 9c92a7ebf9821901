"""Tables on paper: columns fitted to the page, heads repeated on every page, rows that break."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import LongTable, Paragraph, TableStyle

from app.reports import theme

PADDING = 4.0
_NARROWEST, _BY_HAND, _WIDEST = 28.0, 60.0, 190.0
#: A row must fit on a page: longer texts end in "…".
_MOST_LINES = 30
#: text of a cell, or a text with a smaller one below it
Text = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """`label` is printable text; numbers stand `right`; what room is left goes to `wide` ones."""

    label: str
    right: bool = False
    wide: bool = False
    #: to be filled in by hand
    by_hand: bool = False


def wished_widths(
    columns: Sequence[Column], rows: Sequence[Sequence[Text]], total: Sequence[str] = ()
) -> list[float]:
    """Points in which the head, nearly all texts and the total of each column fit in one line."""
    return [
        _wished_width(column, [row[i] for row in rows], total[i] if total else "")
        for i, column in enumerate(columns)
    ]


def _wished_width(column: Column, texts: list[Text], total: str) -> float:
    lengths = sorted(_length(text) for text in texts)
    # Numbers are never broken; of texts a few long ones may be.
    at = len(lengths) - 1 if column.right else int(len(lengths) * 0.95)
    usual = lengths[at] if lengths else 0
    size = theme.CELL_HEAD.fontSize
    bold = max(stringWidth(text, theme.BOLD, size) for text in (column.label, total))
    wished = max(bold, usual) + 2 * PADDING + 1
    return min(max(wished, _BY_HAND if column.by_hand else _NARROWEST), _WIDEST)


def _length(text: Text) -> float:
    parts = (text,) if isinstance(text, str) else text
    return max(stringWidth(part[:80], theme.FONT, theme.CELL.fontSize) for part in parts)


def fitted(columns: Sequence[Column], wished: Sequence[float], room: float) -> list[float]:
    """The wished widths stretched or squeezed to `room`; narrow columns are spared."""
    spare = room - sum(wished)
    if spare >= 0:
        wide = [width if column.wide else 0 for column, width in zip(columns, wished, strict=True)]
        parts = wide if any(wide) else list(wished)
        return [w + spare * part / sum(parts) for w, part in zip(wished, parts, strict=True)]
    fair = room / len(wished)
    spared = sum(width for width in wished if width <= fair)
    squeezed = sum(width for width in wished if width > fair)
    factor = (room - spared) / squeezed
    return [width if width <= fair else max(width * factor, fair) for width in wished]


def grid(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Text]],
    widths: Sequence[float],
    total: Sequence[str] = (),
) -> LongTable:
    """The table; texts are printable ones (`Sheet.words`). `total` is a last row in bold."""
    heads = [theme.NUMBER_HEAD if column.right else theme.CELL_HEAD for column in columns]
    styles = [theme.NUMBER if column.right else theme.CELL for column in columns]
    cells = [_row([column.label for column in columns], heads, widths)]
    cells += [_row(row, styles, widths) for row in rows]
    if total:
        cells.append(_row(total, heads, widths))
    # Very long rows go on over the page.
    table = LongTable(cells, colWidths=list(widths), repeatRows=1, splitInRow=1)
    table.setStyle(TableStyle([*_rules(columns), *(_TOTAL if total else [])]))
    return table


_SIZE = theme.CELL.fontSize, theme.CELL.leading
_TOTAL: list[Any] = [
    ("FONT", (0, -1), (-1, -1), theme.BOLD, *_SIZE),
    ("BACKGROUND", (0, -1), (-1, -1), theme.HEAD),
    ("LINEABOVE", (0, -1), (-1, -1), 0.8, theme.ACCENT),
]


def _rules(columns: Sequence[Column]) -> list[Any]:
    return [
        ("FONT", (0, 0), (-1, 0), theme.BOLD, *_SIZE),
        ("FONT", (0, 1), (-1, -1), theme.FONT, *_SIZE),
        ("TEXTCOLOR", (0, 0), (-1, -1), theme.INK),
        *(("ALIGN", (i, 0), (i, -1), "RIGHT") for i, column in enumerate(columns) if column.right),
        ("BACKGROUND", (0, 0), (-1, 0), theme.HEAD),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [None, theme.ZEBRA]),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, theme.ACCENT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, theme.RULE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]


def _row(texts: Sequence[Text], styles: Sequence[Any], widths: Sequence[float]) -> list[Any]:
    return [
        _cell(text, cell_style, width - 2 * PADDING)
        for text, cell_style, width in zip(texts, styles, widths, strict=True)
    ]


def _cell(text: Text, cell_style: Any, width: float) -> Any:
    """A Paragraph only where lines must be broken: it costs ten times a string."""
    room = _MOST_LINES * max(int(width // cell_style.fontSize), 1)
    if not isinstance(text, str):
        first, second = (theme.safe(theme.shortened(part, room)) for part in text)
        return Paragraph(theme.with_note(first, second), cell_style)
    if len(text) < width and stringWidth(text, cell_style.fontName, cell_style.fontSize) <= width:
        return text
    return Paragraph(theme.safe(theme.shortened(text, room)), cell_style)
