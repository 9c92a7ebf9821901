"""The counters behind document and record numbers."""

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.entities.base import SHARED


class NumberSequence(Model):
    """The last number given for one kind of record in one period."""

    scope = SHARED
    __tablename__ = "number_sequence"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: "", "2026", "202603" or "20260305": where the count starts again
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (CheckConstraint("value >= 0", name="value_not_negative"),)
