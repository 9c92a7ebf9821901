"""One PDF while it is composed: all text enters here, as it stands and never as markup."""

from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any

from reportlab.lib.pagesizes import landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from app.reports import theme

#: characters of one free text that are printed; more than a page nobody reads
_LONGEST = 6_000


class Sheet:
    """Collects flowables and what the font cannot draw; DomainError where the fonts are missing.

    Texts from data go through `words` (for tables, charts and the foot) or `text`.
    """

    def __init__(self, title: str, *, foot: str = "", author: str = "") -> None:
        theme.load_fonts()
        self._story: list[Flowable] = []
        self._missing: set[str] = set()
        self._page = theme.PAGE
        self.title = title
        self.foot = foot or title
        self.author = author

    @property
    def room(self) -> float:
        """Points between the margins."""
        return self._page[0] - 2 * theme.MARGIN

    @property
    def missing_note(self) -> str:
        """What the font could not draw so far; empty where nothing is missing."""
        return theme.missing_note(self._missing) if self._missing else ""

    def lie_down(self) -> None:
        """Landscape."""
        self._page = landscape(theme.PAGE)

    def words(self, value: Any) -> str:
        """One printable line, a box in the place of each sign that the font lacks."""
        text = theme.plain(value)
        missing = theme.missing_glyphs(text)
        self._missing |= missing
        return theme.drawable(text, missing)

    def text(
        self, value: Any, style: ParagraphStyle = theme.BODY, most: int = _LONGEST
    ) -> Paragraph:
        """A paragraph that keeps the line breaks of the text."""
        lines = "" if value is None else theme.shortened(str(value), most)
        markup = "<br/>".join(theme.safe(self.words(line)) for line in lines.splitlines())
        return Paragraph(markup, style)

    def add(self, *flowables: Flowable) -> None:
        self._story.extend(flowables)

    def space(self, points: float) -> None:
        self._story.append(Spacer(0, points))

    def write(self, file: IO[bytes]) -> None:
        """The finished PDF, pages numbered, missing signs named at the end."""
        foot, title, author = map(self.words, (self.foot, self.title, self.author))
        document = SimpleDocTemplate(
            file,
            pagesize=self._page,
            leftMargin=theme.MARGIN - theme.FRAME,
            rightMargin=theme.MARGIN - theme.FRAME,
            topMargin=theme.MARGIN,
            bottomMargin=theme.MARGIN + 4,
            title=title,
            author=author,
        )
        story = list(self._story)
        document.build(story, canvasmaker=theme.numbered_canvas(foot))

    def document(self) -> bytes:
        """`write` into memory."""
        if self._missing:
            self.add(Spacer(0, 8), self.text(self.missing_note, theme.NOTE))
        file = BytesIO()
        self.write(file)
        return file.getvalue()


def joined(parts: Iterable[Any], separator: str = " · ") -> str:
    """The parts that say something."""
    return separator.join(str(part) for part in parts if part)
