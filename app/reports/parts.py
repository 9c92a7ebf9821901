"""What business papers are made of: letterhead, parties, facts, lines, totals, signatures."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, Table, TableStyle

from app.lowcode.settings import get_setting
from app.reports import theme
from app.reports.grid import Column, Text, fitted, grid, wished_widths
from app.reports.sheet import Sheet, joined

#: characters of an address or a name on a paper's head
_HEAD_TEXT = 300
_PLAIN: list[Any] = [
    ("FONT", (0, 0), (-1, -1), theme.FONT),  # else Helvetica is named, though unused
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
]
Pairs = Sequence[tuple[str, str]]


def company_name() -> str:
    return str(get_setting("company_name") or "")


def letterhead(sheet: Sheet, number: str = "") -> None:
    """The company on the left, the paper's title and number on the right."""
    left: list[Flowable] = [sheet.text(company_name(), theme.COMPANY, _HEAD_TEXT)]
    for line in (get_setting("company_address"), _company_reach(), _company_tax()):
        if line:
            left.append(sheet.text(line, theme.NOTE, _HEAD_TEXT))
    right = [sheet.text(sheet.title, theme.DOCUMENT)]
    if number:
        right.append(sheet.text(number, theme.NUMBER_BELOW))
    room = sheet.room
    table = Table([[left, right]], colWidths=[room * 0.58, room * 0.42])
    table.setStyle(TableStyle(_PLAIN))
    sheet.add(table)
    sheet.space(7)
    sheet.add(HRFlowable("100%", 1.4, color=theme.ACCENT, spaceBefore=0, spaceAfter=10))


def _company_reach() -> str:
    pairs = (
        (_("Phone"), get_setting("company_phone")),
        (_("E-mail"), get_setting("company_email")),
    )
    return joined(f"{label} {value}" for label, value in pairs if value)


def _company_tax() -> str:
    number = get_setting("company_tax_number")
    return f"{_('Tax number')} {number}" if number else ""


def parties(sheet: Sheet, *columns: tuple[str, Sequence[Any]]) -> None:
    """Blocks side by side: a title, the first line in bold, the rest below; blanks left out."""
    cells = []
    for title, lines in columns:
        cell: list[Flowable] = [sheet.text(title, theme.LABEL)]
        filled = [line for line in lines if line]
        styles = [theme.STRONG] + [theme.BODY] * len(filled)
        cell += [
            sheet.text(line, style, _HEAD_TEXT) for line, style in zip(filled, styles, strict=False)
        ]
        cells.append(cell)
    table = Table([cells], colWidths=[sheet.room / len(cells)] * len(cells))
    table.setStyle(TableStyle([*_PLAIN, ("RIGHTPADDING", (0, 0), (-1, -1), 14)]))
    sheet.add(table)
    sheet.space(10)


def facts(sheet: Sheet, pairs: Pairs) -> None:
    """A band of labelled values, four in a row; pairs without a value are left out."""
    filled = [pair for pair in pairs if pair[1]]
    if not filled:
        return
    across = min(len(filled), 4)
    cells: list[Any] = [
        [sheet.text(label, theme.LABEL), sheet.text(value, theme.STRONG, _HEAD_TEXT)]
        for label, value in filled
    ]
    cells += [""] * (-len(cells) % across)
    rows = [cells[at : at + across] for at in range(0, len(cells), across)]
    table = Table(rows, colWidths=[sheet.room / across] * across)
    table.setStyle(
        TableStyle(
            [
                *_PLAIN,
                ("BACKGROUND", (0, 0), (-1, -1), theme.HEAD),
                ("LEFTPADDING", (0, 0), (-1, -1), 8),
                ("RIGHTPADDING", (0, 0), (-1, -1), 6),
                ("TOPPADDING", (0, 0), (-1, -1), 5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
                ("ROUNDEDCORNERS", [4, 4, 4, 4]),
            ]
        )
    )
    sheet.add(table)
    sheet.space(12)


def lines(
    sheet: Sheet,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Text]],
    total: Sequence[str] = (),
) -> None:
    """A table of the whole width; the texts may be anybody's. Empty columns are left out."""
    if not rows:
        sheet.add(sheet.text(_("Nothing to show."), theme.NOTE))
        return
    kept = [
        i
        for i, column in enumerate(columns)
        if column.by_hand or any(row[i] for row in rows) or (total and total[i])
    ]
    heads = [columns[i] for i in kept]
    texts = [[_words(sheet, row[i]) for i in kept] for row in rows]
    sums = [sheet.words(total[i]) for i in kept] if total else []
    wished = wished_widths(heads, texts, sums)
    sheet.add(grid(heads, texts, fitted(heads, wished, sheet.room), sums))


def _words(sheet: Sheet, text: Text) -> Text:
    return (
        sheet.words(text) if isinstance(text, str) else (sheet.words(text[0]), sheet.words(text[1]))
    )


def totals(
    sheet: Sheet, before: Pairs, total: tuple[str, str], after: Pairs = (), note: str = ""
) -> None:
    """Labelled sums on the right, `total` large among them; `note` stands on the left."""
    rows = [[sheet.text(label, theme.NOTE_RIGHT), _amount(sheet, value)] for label, value in before]
    rows.append([sheet.text(total[0], theme.TOTAL_LABEL), sheet.text(total[1], theme.TOTAL)])
    rows += [[sheet.text(label, theme.NOTE_RIGHT), _amount(sheet, value)] for label, value in after]
    sums = Table(rows, colWidths=[90, 150])
    at = len(before)
    sums.setStyle(
        TableStyle(
            [
                *_PLAIN,
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ("LINEABOVE", (0, at), (-1, at), 1, theme.ACCENT),
                ("TOPPADDING", (0, at), (-1, at), 5),
            ]
        )
    )
    table = Table([[sheet.text(note), sums]], colWidths=[sheet.room - 240, 240])
    table.setStyle(TableStyle([*_PLAIN, ("RIGHTPADDING", (0, 0), (0, 0), 20)]))
    sheet.space(8)
    sheet.add(KeepTogether([table]))


def _amount(sheet: Sheet, value: str) -> Flowable:
    return sheet.text(value, theme.AMOUNT)


def remarks(sheet: Sheet, *pairs: tuple[str, Any]) -> None:
    """Titled free texts; short ones two side by side, those without a text left out."""
    filled = [(title, str(text)) for title, text in pairs if text]
    short = [pair for pair in filled if _is_short(pair[1])]
    for title, text in filled:
        if (title, text) not in short:
            sheet.add(sheet.text(title, theme.HEADING), sheet.text(text))
    for at in range(0, len(short), 2):
        cells = [
            [sheet.text(title, theme.HEADING), sheet.text(text)]
            for title, text in short[at : at + 2]
        ]
        table = Table([[*cells, ""][:2]], colWidths=[sheet.room / 2] * 2)
        table.setStyle(TableStyle([*_PLAIN, ("RIGHTPADDING", (0, 0), (-1, -1), 14)]))
        sheet.space(8)
        sheet.add(table)


def _is_short(text: str) -> bool:
    return len(text) <= 400 and len(text.splitlines()) <= 8


def heading(sheet: Sheet, title: str, note: str = "", room: float = 90) -> None:
    """The title of a part with a paler line below it, where `room` points are left on the page."""
    sheet.add(CondPageBreak(room), sheet.text(title, theme.HEADING))
    if note:
        sheet.add(sheet.text(note, theme.NOTE))
        sheet.space(4)


def signatures(sheet: Sheet, *labels: str) -> None:
    """Lines to sign on, kept together on one page."""
    gap = 20.0
    width = (sheet.room + gap) / len(labels) - gap
    widths = ([width, gap] * len(labels))[:-1]
    above: list[Any] = []
    below: list[Any] = []
    for label in labels:
        above += [sheet.text(label, theme.LABEL), ""]
        below += [sheet.text(_("Signature, date"), theme.LABEL), ""]
    table = Table([above[:-1], below[:-1]], colWidths=widths, rowHeights=[46, None])
    rules = [("LINEABOVE", (at, 1), (at, 1), 0.6, theme.MUTED) for at in range(0, len(widths), 2)]
    table.setStyle(TableStyle([*_PLAIN, *rules, ("TOPPADDING", (0, 1), (-1, 1), 3)]))
    sheet.space(22)
    sheet.add(KeepTogether([table]))
