"""Inputs as HTML: around what it holds an input looks the same on every page.

The macros of `forms/field.html` write that frame once for each column, language and look; a form
has dozens of inputs, and calls of macros would take most of its time.
"""

from typing import Any
from weakref import WeakKeyDictionary

from flask import current_app
from markupsafe import Markup, escape

from app.lowcode.fields.inputs import KehuField
from app.lowcode.texts import locale_of_reader

#: where its name and what it holds go; private characters, which no text of a frame has
_NAME, _HELD = "\ue000", "\ue001"
#: kinds without one place for what they hold, or with an address of their own
_WRITTEN_ANEW = frozenset({"scale", "condition"})
#: source of inputs → look → the frame before and after what an input holds
_frames: WeakKeyDictionary[Any, dict[tuple[Any, ...], tuple[str, str]]] = WeakKeyDictionary()


class _Frame:
    """An input with marks in the place of its name and of what it holds."""

    id = name = _NAME

    def __init__(self, field: KehuField) -> None:
        self._field = field

    def __getattr__(self, name: str) -> Any:
        return getattr(self._field, name)

    def held(self) -> Markup:
        return escape(_HELD)


def field_html(macro: str, field: Any) -> Markup:
    """A form's input as a macro of `forms/field.html` writes it."""
    if not isinstance(field, KehuField) or not _has_usual_frame(field):
        return _written(macro, field)
    frames = _frames.setdefault(field.source, {})
    look = (macro, locale_of_reader(), *field.look)
    frame = frames.get(look)
    if frame is None:
        before, _mark, after = str(_written(macro, _Frame(field))).partition(_HELD)
        frame = frames[look] = (before, after)
    name = escape(field.name)
    before, after = (part.replace(_NAME, name) for part in frame)
    # Both ends come from the macro, and the middle is escaped where it is made.
    return Markup(f"{before}{field.held()}{after}")  # noqa: S704


def _has_usual_frame(field: KehuField) -> bool:
    """Does nothing stand around what it holds that belongs to this page alone?"""
    return (
        not field.errors
        and not field.placeholder
        and field.kind not in _WRITTEN_ANEW
        and field.label.text is getattr(field.source, "label", None)
    )


def _written(macro: str, field: Any) -> Markup:
    module = current_app.jinja_env.get_template("forms/field.html").module
    found: Markup = getattr(module, macro)(field)
    return found
