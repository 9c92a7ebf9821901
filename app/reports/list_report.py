"""A filtered list on paper: heads repeated, who and when, page x of y."""

from collections.abc import Iterator
from itertools import chain
from typing import IO, Any

from flask_babel import gettext as _
from reportlab.lib.pagesizes import landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from app.lowcode.exporting import ExportTable
from app.reports import theme

#: Beyond that nobody reads paper, and the pages are kept in memory until they are counted.
MOST_ROWS = 5_000
_PADDING = 4.0
_NARROWEST, _WIDEST = 34.0, 190.0
#: A row must fit on a page: longer texts end in "…".
_MOST_LINES = 30
_MISSING_SHOWN = 20


def write(table: ExportTable, file: IO[bytes]) -> None:
    """The table as a PDF; DomainError where the fonts are missing."""
    theme.load_fonts()
    columns = table.columns
    texts = [
        [theme.plain(c.field.text(value)) for c, value in zip(columns, row, strict=True)]
        for row in table.rows
    ]
    missing = theme.missing_glyphs("".join(chain.from_iterable(texts)))
    if missing:
        texts = [[theme.drawable(text, missing) for text in row] for row in texts]
    heads = [theme.plain(column.label) for column in columns]
    wished = [_wished_width(head, [row[i] for row in texts]) for i, head in enumerate(heads)]
    upright = theme.PAGE[0] - 2 * theme.MARGIN
    page = landscape(theme.PAGE) if sum(wished) > upright else theme.PAGE
    widths = _fitted(wished, page[0] - 2 * theme.MARGIN)
    story = [
        Paragraph(theme.safe(table.title), theme.TITLE),
        *(Paragraph(theme.safe(line), theme.NOTE) for line in _notes(table, missing)),
        Spacer(0, 8),
        _grid(table, heads, texts, widths),
    ]
    document = SimpleDocTemplate(
        file,
        pagesize=page,
        leftMargin=theme.MARGIN - theme.FRAME,
        rightMargin=theme.MARGIN - theme.FRAME,
        topMargin=theme.MARGIN,
        bottomMargin=theme.MARGIN + 4,
        title=theme.plain(table.title),
        author=theme.plain(table.author),
    )
    foot = theme.plain(f"{table.title} · {table.author} · {table.moment}")
    document.build(story, canvasmaker=theme.numbered_canvas(foot))


def _notes(table: ExportTable, missing: set[str]) -> Iterator[str]:
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
        codes = sorted(f"U+{ord(char):04X}" for char in missing)[:_MISSING_SHOWN]
        yield _("The font has no sign for: %(codes)s", codes=", ".join(codes))


def _wished_width(head: str, texts: list[str]) -> float:
    """Points that hold the head and nearly all texts in one line, within reason."""
    lengths = sorted(stringWidth(text[:80], theme.FONT, 8) for text in texts)
    usual = lengths[int(len(lengths) * 0.95)] if lengths else 0
    wished = max(stringWidth(head, theme.BOLD, 8), usual) + 2 * _PADDING + 1
    return min(max(wished, _NARROWEST), _WIDEST)


def _fitted(wished: list[float], room: float) -> list[float]:
    """The wished widths stretched or squeezed to the page; narrow columns are spared."""
    share = room / sum(wished)
    if share >= 1:
        return [width * share for width in wished]
    fair = room / len(wished)
    spared = sum(width for width in wished if width <= fair)
    squeezed = sum(width for width in wished if width > fair)
    factor = (room - spared) / squeezed
    return [width if width <= fair else max(width * factor, fair) for width in wished]


def _grid(
    table: ExportTable, heads: list[str], texts: list[list[str]], widths: list[float]
) -> LongTable:
    are_numbers = [column.field.align == "right" for column in table.columns]
    head_styles = [theme.NUMBER_HEAD if right else theme.CELL_HEAD for right in are_numbers]
    styles = [theme.NUMBER if right else theme.CELL for right in are_numbers]
    rows: list[list[Any]] = [_row(heads, head_styles, widths)]
    rows += [_row(row, styles, widths) for row in texts]
    grid = LongTable(rows, colWidths=widths, repeatRows=1)
    size, leading = theme.CELL.fontSize, theme.CELL.leading
    grid.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, 0), theme.BOLD, size, leading),
                ("FONT", (0, 1), (-1, -1), theme.FONT, size, leading),
                ("TEXTCOLOR", (0, 0), (-1, -1), theme.INK),
                *(("ALIGN", (i, 0), (i, -1), "RIGHT") for i, r in enumerate(are_numbers) if r),
                ("BACKGROUND", (0, 0), (-1, 0), theme.HEAD),
                ("ROWBACKGROUNDS", (0, 1), (-1, -1), [None, theme.ZEBRA]),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, theme.RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
                ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return grid


def _row(texts: list[str], styles: list[Any], widths: list[float]) -> list[Any]:
    return [
        _cell(text, cell_style, width - 2 * _PADDING)
        for text, cell_style, width in zip(texts, styles, widths, strict=True)
    ]


def _cell(text: str, cell_style: Any, width: float) -> Any:
    """A Paragraph only where lines must be broken: it costs ten times a string."""
    if len(text) < width and stringWidth(text, cell_style.fontName, cell_style.fontSize) <= width:
        return text
    room = _MOST_LINES * max(int(width // cell_style.fontSize), 1)
    shortened = text if len(text) <= room else f"{text[: room - 1]}…"
    return Paragraph(theme.safe(shortened), cell_style)
