"""Pages of one shape: the first is drawn by its template, the next are cast in the mould it left.

Drawing takes thousands of calls, for a page of which a few dozen values are its own. The template
gets a `Hole` for each of these. A hole can be there and be written, and nothing else: a template
that looks into one fails on the first page of a shape, and not in silence on the second.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from typing import Any, NoReturn

from flask import g, render_template
from markupsafe import Markup, escape

#: nobody knows it, and so nobody's text can hold it
_SECRET = secrets.token_hex(8)
_HOLE = re.compile(rf"{_SECRET}:([^;]+);")
_DRAWING = "kehu_drawing"
#: the parts of every page that are made for each anew
_each_time: dict[str, Callable[[], str]] = {}


class LookedInto(RuntimeError):  # noqa: N818 - reads as what happened
    """A template asked for more of a value than to write it."""


class Hole:
    """Stands for a value that is there."""

    __slots__ = ("_mark",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, name: str) -> None:
        self._mark = f"{_SECRET}:{name};"

    def __html__(self) -> str:
        return self._mark

    def __bool__(self) -> bool:
        return True

    def _looked_into(self, *_how: Any) -> NoReturn:
        # No TypeError: Jinja takes that for something that is not there.
        raise LookedInto(f"{self._mark} differs from page to page: it can only be written")

    __str__ = __format__ = __eq__ = __lt__ = __gt__ = __le__ = __ge__ = _looked_into
    __len__ = __iter__ = __contains__ = __getitem__ = __add__ = __radd__ = __int__ = _looked_into


hole = cache(Hole)


class Values:
    """What is a page's own, by name. Where there is nothing, the page has no place for it: the
    names belong to the shape."""

    def __init__(self) -> None:
        self.by_name: dict[str, Any] = {}

    def put(self, name: str, value: Any) -> Any:
        """What the template gets in its place."""
        if not value:
            return value
        self.by_name[name] = value
        return hole(name)


class Hollow:
    """A page of which these attributes are holes for `values`, and those given what is given."""

    def __init__(self, page: Any, values: Values, names: Iterable[str], **given: Any) -> None:
        self.__dict__.update(given)
        self.__dict__.update((name, values.put(name, getattr(page, name))) for name in names)
        self._page = page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._page, name)


class Mould:
    """What a template wrote around holes."""

    def __init__(self, template: str, **context: Any) -> None:
        setattr(g, _DRAWING, True)
        try:
            parts = _HOLE.split(render_template(template, **context))
        finally:
            g.pop(_DRAWING)
        # In bytes, as they are sent: texts with Chinese in them take twice the memory.
        self._parts, self._names = [part.encode() for part in parts], parts[1::2]

    def cast(self, values: Mapping[str, Any]) -> bytes:
        written: dict[str, bytes] = {}
        for name in self._names:
            if name not in written:
                value = values[name] if name in values else _each_time[name]()
                written[name] = (value if type(value) is Markup else escape(value)).encode()
        parts = self._parts.copy()
        parts[1::2] = map(written.__getitem__, self._names)
        return b"".join(parts)


def each_time(make: Callable[[], str]) -> Callable[[], str | Hole]:
    """For templates: something that no mould holds."""
    name = make.__name__
    _each_time[name] = make

    @wraps(make)
    def written() -> str | Hole:
        return hole(name) if _DRAWING in g else make()

    return written
