"""What the page of a bulk edit shows."""

from dataclasses import dataclass, field
from typing import Any

from app.lowcode.pages.forms import FormPage


@dataclass(slots=True)
class HeldBack:
    """Why some rows stay as they are, and (name, address) of the first of them."""

    text: str
    count: int
    examples: list[tuple[str, str | None]]


@dataclass(slots=True)
class BulkPreview:
    """What would become of the rows."""

    changed: int
    same: int
    held: list[HeldBack]
    #: is some of it held back by doubts alone?
    is_doubted: bool
    #: (name, [(label, old text, new text)]) of the first that change
    examples: list[tuple[str, list[tuple[str, str, str]]]]
    #: rows that were tried; fewer than there are where these are many
    tried: int


@dataclass(slots=True)
class BulkPage:
    """First the fields to choose and fill, then what it would change."""

    #: how many rows are meant
    total: int
    form_page: FormPage
    #: the fields that can be chosen still: (name, label)
    choices: list[tuple[str, str]]
    #: (code, label, is it chosen) of what chosen tags are to those a row has; none without tags
    tagging: list[tuple[str, str, bool]] = field(default_factory=list)
    preview: BulkPreview | None = None
    #: (label, new text) of each chosen field
    values: list[tuple[str, str]] = field(default_factory=list)
    #: what the steps after this one post along
    carried: list[tuple[str, str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.form_page.title

    @property
    def help_url(self) -> Any:
        return self.form_page.help_url
