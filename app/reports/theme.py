"""How every printed page looks: fonts, colours, styles, the frame of a page, safe text."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from flask_babel import gettext as _
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from app.rules.errors import DomainError

FONT, BOLD = "NotoSansSC", "NotoSansSC-Bold"
_FOLDER = Path(__file__).resolve().parents[1] / "static" / "vendor" / "fonts"
_FILES = {FONT: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}

# The colours of the screens in light mode.
INK: Color = HexColor("#182022")
MUTED: Color = HexColor("#58666a")
RULE: Color = HexColor("#dfe4e4")
ACCENT: Color = HexColor("#0d766e")
PALE: Color = HexColor("#a9d3cf")
WARNING: Color = HexColor("#8f5a00")
HEAD: Color = HexColor("#e9f3f2")
ZEBRA: Color = HexColor("#f8f9f9")

PAGE = A4
MARGIN = 36.0
#: ReportLab's own padding inside the margins
FRAME = 6.0
FOOT_SIZE = 7.5
BOX = "□"
_MISSING_SHOWN = 20

#: Not to be printed: control characters, halves of pairs, and signs that only steer the direction
#: of writing (they would reverse a line, or hide in a name).
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)


@cache
def load_fonts() -> None:
    """Register the embedded fonts, once per process; DomainError where they were never made."""
    try:
        for name, file in _FILES.items():
            pdfmetrics.registerFont(TTFont(name, _FOLDER / file))
    except (OSError, TTFError) as error:
        raise DomainError(
            "PDF needs its font, which the set-up makes. Ask an administrator to run the set-up."
        ) from error
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)


def plain(text: Any) -> str:
    """One line of somebody's text as it can be printed: no control characters, single blanks."""
    return " ".join(_UNPRINTABLE.sub("", "" if text is None else str(text)).split())


def safe(text: Any) -> str:
    """Anybody's text for a Paragraph: it is printed as it stands and never read as markup.

    All text that comes from data passes here; ReportLab would otherwise obey tags in a name.
    """
    return escape(plain(text))


def shortened(text: str, most: int) -> str:
    """At most so many characters, the last one "…" where some were left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def with_note(markup: str, note: str) -> str:
    """Markup with a smaller, paler line below it; both are `safe` already."""
    pale = f'<font size="7" color="{MUTED.hexval().replace("0x", "#")}">{note}</font>'
    return f"{markup}<br/>{pale}" if note else markup


def missing_glyphs(text: str) -> set[str]:
    """The characters that the font cannot draw."""
    glyphs = pdfmetrics.getFont(FONT).face.charToGlyph
    return {char for char in set(text) if ord(char) not in glyphs and not char.isspace()}


def missing_note(missing: set[str]) -> str:
    """The line that names what could not be drawn."""
    codes = sorted(f"U+{ord(char):04X}" for char in missing)[:_MISSING_SHOWN]
    return _("The font has no sign for: %(codes)s", codes=", ".join(codes))


def drawable(text: str, missing: set[str]) -> str:
    """The text with a visible box in the place of each missing character."""
    return "".join(BOX if char in missing else char for char in text) if missing else text


def style(name: str, size: float = 9, **changes: Any) -> ParagraphStyle:
    """A paragraph style in the product's font, breaking lines as Chinese does."""
    defaults: dict[str, Any] = {
        "fontName": FONT,
        "fontSize": size,
        "leading": size * 1.4,
        "textColor": INK,
        "wordWrap": "CJK",
    }
    return ParagraphStyle(name, **{**defaults, **changes})


TITLE = style("title", 15, fontName=BOLD, leading=20)
DOCUMENT = style("document", 20, fontName=BOLD, leading=26, textColor=ACCENT, alignment=TA_RIGHT)
COMPANY = style("company", 13, fontName=BOLD, leading=18)
HEADING = style("heading", 10.5, fontName=BOLD, leading=15, spaceBefore=10, spaceAfter=4)
BODY = style("body", 9, leading=13)
STRONG = style("strong", 9, leading=13, fontName=BOLD)
NOTE = style("note", 8, textColor=MUTED)
NOTE_RIGHT = style("note right", 8, textColor=MUTED, alignment=TA_RIGHT)
LABEL = style("label", 7.5, leading=11, textColor=MUTED)
NUMBER_BELOW = style("number below", 9.5, leading=13, alignment=TA_RIGHT)
AMOUNT = style("amount", 9, leading=13, alignment=TA_RIGHT)
TOTAL_LABEL = style("total label", 9, leading=16, fontName=BOLD, alignment=TA_RIGHT)
TOTAL = style("total", 12, leading=16, fontName=BOLD, textColor=ACCENT, alignment=TA_RIGHT)
CELL = style("cell", 8, leading=10.5)
NUMBER = style("number", 8, leading=10.5, alignment=TA_RIGHT)
CELL_HEAD = style("cell head", 8, leading=10.5, fontName=BOLD)
NUMBER_HEAD = style("number head", 8, leading=10.5, fontName=BOLD, alignment=TA_RIGHT)


def numbered_canvas(foot: str) -> Callable[..., Canvas]:
    """A canvas class that writes `foot` and "page x of y" below each page.

    The number of pages is known only at the end: pages are kept until then.
    """

    class NumberedCanvas(Canvas):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **{**options, "initialFontName": FONT})
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - ReportLab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                self._draw_foot(number, len(self._pages))
                super().showPage()
            super().save()

        def _draw_foot(self, number: int, count: int) -> None:
            width, _height = self._pagesize
            self.setStrokeColor(RULE)
            self.line(MARGIN, MARGIN - 8, width - MARGIN, MARGIN - 8)
            self.setFont(FONT, FOOT_SIZE)
            self.setFillColor(MUTED)
            self.drawString(MARGIN, MARGIN - 20, foot)
            text = _("Page %(number)s of %(count)s", number=number, count=count)
            self.drawRightString(width - MARGIN, MARGIN - 20, text)

    return NumberedCanvas
