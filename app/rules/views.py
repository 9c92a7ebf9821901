"""Views of lists: which columns in which width, and who sees a view that is saved."""

from collections.abc import Iterable

from app.rules.choices import Choice

#: pixels; narrower nothing is read, wider nothing else is
NARROWEST, WIDEST = 48, 900
#: of a list; beyond that nobody reads a table
MOST_COLUMNS = 40

Columns = tuple[tuple[str, int | None], ...]


class Audience(Choice):
    """Who sees a saved view besides whoever made it."""

    PERSONAL = "personal", "Only me", "gray"
    TEAM = "team", "A team", "blue"
    ROLE = "role", "A role", "purple"
    EVERYBODY = "everybody", "Everybody", "green"


def parse_columns(text: str) -> Columns:
    """`name:220,tier` as ((path, width in pixels or None), …); each path once, at most
    `MOST_COLUMNS`. A width that is no number is none, one beyond the limits is the limit."""
    found: dict[str, int | None] = {}
    for part in text.split(","):
        path, _colon, width = part.strip().partition(":")
        if path and path not in found and len(found) < MOST_COLUMNS:
            found[path] = width_of(width)
    return tuple(found.items())


def width_of(text: str) -> int | None:
    """A width in pixels as somebody typed it; None where it is no whole number."""
    digits = text.strip()[:6]
    if not (digits.isascii() and digits.isdigit()):
        return None
    return min(max(int(digits), NARROWEST), WIDEST)


def columns_text(columns: Iterable[tuple[str, int | None]]) -> str:
    """The reverse of `parse_columns`."""
    return ",".join(path if width is None else f"{path}:{width}" for path, width in columns)


def moved(columns: Columns, path: str, step: int) -> Columns:
    """The columns with one of them `step` places further on, as far as there are places."""
    names = [name for name, _width in columns]
    if path not in names:
        return columns
    at = names.index(path)
    rest = [*columns[:at], *columns[at + 1 :]]
    rest.insert(min(max(at + step, 0), len(rest)), columns[at])
    return tuple(rest)
