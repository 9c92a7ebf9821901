"""The `<option>` elements of a choice: written once for a language, one marked for each form."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from app.lowcode.pages import Choice as Option


class OptionList:
    """The options of a `<select>` as HTML."""

    def __init__(self, options: Iterable[Option]) -> None:
        self._lines = {option.value: _line(option) for option in options}
        self._html = "".join(self._lines.values())

    def showing(self, value: str, *, required: bool) -> Markup:
        """All of them, the one with this value chosen; an empty one before them where none is or
        none has to be."""
        line = self._lines.get(value)
        if line is None:
            html = self._html
        else:
            html = self._html.replace(line, line.replace(">", " selected>", 1), 1)
        empty = "" if required and line is not None else '<option value=""></option>'
        return Markup(empty + html)  # noqa: S704 - escaped in `_line`


def all_chosen(options: Iterable[Option]) -> Markup:
    """The options of a `<select>` that holds nothing but what is chosen."""
    lines = (_line(option).replace(">", " selected>", 1) for option in options)
    return Markup("".join(lines))  # noqa: S704 - escaped in `_line`


def _line(option: Option) -> str:
    # A `>` inside a value is escaped: the first one ends the tag.
    return f'<option value="{escape(option.value)}">{escape(option.label)}</option>'
