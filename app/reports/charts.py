"""Charts on paper, drawn in the product's font: bars, columns and a line against its target."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.pdfbase.pdfmetrics import stringWidth

from app.reports import theme
from app.reports.sheet import Sheet

_SIZE = 7.5
_ROW = 16.0
#: the share of a drawing that labels may take
_LABELS = 0.3
#: points of a chart, about
HEIGHT = 130.0


def bars(sheet: Sheet, rows: Sequence[tuple[str, Decimal, str]]) -> None:
    """One bar per (label, amount, amount as printed), in the order given; nothing for no rows."""
    if not rows:
        return
    room = sheet.room
    labels = [_cut(sheet.words(label), room * _LABELS) for label, _amount, _text in rows]
    left = max(_width(label) for label in labels) + 8
    right = max(_width(text) for _label, _amount, text in rows) + 8
    most = max((amount for _label, amount, _text in rows), default=Decimal(0))
    drawing = Drawing(room, _ROW * len(rows) + 4)
    for place, (label, (_name, amount, text)) in enumerate(zip(labels, rows, strict=True)):
        base = drawing.height - _ROW * (place + 1)
        length = float(max(amount, 0) / most) * (room - left - right) if most > 0 else 0.0
        drawing.add(_text(left - 6, base + 4, label, anchor="end"))
        drawing.add(Rect(left, base + 2, max(length, 0.8), _ROW - 6, 1.5, 1.5, **_FILLED))
        drawing.add(_text(left + length + 5, base + 4, text, color=theme.MUTED))
    sheet.add(drawing)


def columns(sheet: Sheet, rows: Sequence[tuple[str, Decimal, str]], marked: int = -1) -> None:
    """One column per (label, amount, amount as printed); the one at `marked` stands out."""
    if not rows:
        return
    marked %= len(rows)
    most = max((amount for _label, amount, _text in rows), default=Decimal(0))
    drawing = Drawing(sheet.room, HEIGHT)
    step = sheet.room / len(rows)
    room = HEIGHT - 30
    for place, (label, amount, text) in enumerate(rows):
        height = float(max(amount, 0) / most) * room if most > 0 else 0.0
        left = step * place
        color = theme.ACCENT if place == marked else theme.PALE
        drawing.add(Rect(left + step * 0.18, 16, step * 0.64, max(height, 0.8), **_paint(color)))
        middle = left + step / 2
        drawing.add(_text(middle, 5, sheet.words(label), theme.MUTED, "middle"))
        if amount:
            size = min(_SIZE, _fitting(text, step))
            drawing.add(_text(middle, 19 + height, text, anchor="middle", size=size))
    drawing.add(_rule(0, 16, sheet.room, 16))
    sheet.add(drawing)


def line(
    sheet: Sheet, rows: Sequence[tuple[str, Decimal | None, str]], target: int, label: str
) -> None:
    """A line through amounts of up to 100, broken where there is none; `target` is dashed."""
    known = [amount for _name, amount, _text in rows if amount is not None]
    low = 50 if min([*known, target]) >= 55 else 0
    drawing = Drawing(sheet.room, HEIGHT)
    right = sheet.room - _width(sheet.words(label)) - 6
    step, room = right / max(len(rows), 1), HEIGHT - 32

    def level(amount: Decimal | int) -> float:
        return 16 + float(amount - low) / (100 - low) * room

    for mark in (low, (low + 100) // 2, 100):
        drawing.add(_rule(0, level(mark), right, level(mark)))
        drawing.add(_text(0, level(mark) + 2, str(mark), theme.MUTED, size=6))
    drawing.add(_rule(0, level(target), right, level(target), theme.WARNING, dashed=True))
    drawing.add(_text(sheet.room, level(target) - 2, sheet.words(label), theme.WARNING, "end"))
    points: list[float] = []
    for place, (name, amount, text) in enumerate(rows):
        middle = step * place + step / 2
        drawing.add(_text(middle, 5, sheet.words(name), theme.MUTED, "middle"))
        if amount is None:
            _draw(drawing, points)
            points = []
            continue
        points += [middle, level(amount)]
        # Away from the line of the target.
        beside = 5 if amount >= target else -11
        drawing.add(_text(middle, level(amount) + beside, text, anchor="middle"))
    _draw(drawing, points)
    sheet.add(drawing)


_FILLED: dict[str, Any] = {"fillColor": theme.ACCENT, "strokeColor": None}


def _draw(drawing: Drawing, points: list[float]) -> None:
    if len(points) > 2:
        drawing.add(PolyLine(points, strokeColor=theme.ACCENT, strokeWidth=1.6))
    for x, y in zip(points[::2], points[1::2], strict=True):
        drawing.add(Rect(x - 2, y - 2, 4, 4, 2, 2, **_FILLED))


def _paint(color: Any) -> dict[str, Any]:
    return {"fillColor": color, "strokeColor": None}


def _rule(
    left: float,
    low: float,
    right: float,
    high: float,
    color: Any = theme.RULE,
    *,
    dashed: bool = False,
) -> Line:
    dashes = [3, 2] if dashed else None
    return Line(left, low, right, high, strokeColor=color, strokeWidth=0.7, strokeDashArray=dashes)


def _text(
    x: float,
    y: float,
    text: str,
    color: Any = theme.INK,
    anchor: str = "start",
    size: float = _SIZE,
) -> String:
    return String(
        x, y, text, fontName=theme.FONT, fontSize=size, fillColor=color, textAnchor=anchor
    )


def _width(text: str) -> float:
    return float(stringWidth(text, theme.FONT, _SIZE))


def _fitting(text: str, room: float) -> float:
    """The font size in which the text is as wide as its column."""
    return _SIZE * room / max(_width(text), 1) * 0.96


def _cut(text: str, room: float) -> str:
    """The text with an end that fits."""
    if _width(text) <= room:
        return text
    while text and _width(f"{text}…") > room:
        text = text[:-1]
    return f"{text}…"
