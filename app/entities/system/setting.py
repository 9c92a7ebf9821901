"""Values of the product's settings that differ from their defaults."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.entities.base import SHARED, Entity


class Setting(Entity):
    """One changed setting; what settings there are is declared in `app.lowcode.settings`."""

    scope = SHARED
    is_binned = False
    label_column = "key"
    code_column = "key"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    #: JSON
    value: Mapped[str] = mapped_column(Text)
