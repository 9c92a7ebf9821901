"""The place of an input whose value is shown masked: read-only, and never read back."""

from typing import Any, ClassVar

from markupsafe import Markup, escape
from wtforms import Field as FormField

from app.rules.masking import mask


class MaskedField(FormField):
    """Holds the value for the rules of the form; the page gets no more than its mask."""

    kind = "text"
    locked = True
    meta_: ClassVar[dict[str, Any]] = {"readonly": True}

    def __init__(self, label: Any, *, source: Any, description: Any = "", **kw: Any) -> None:
        super().__init__(label, description=description, **kw)
        self.source = source

    def process(self, _formdata: Any, *args: Any, **kw: Any) -> None:
        super().process(None, *args, **kw)

    def _value(self) -> str:
        return mask(self.source.info["mask"], self.data) or ""

    def held(self) -> Markup:
        return escape(self._value())
