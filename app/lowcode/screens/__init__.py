"""Declared screens: everything a view module imports."""

from app.lowcode.figures import Figure
from app.lowcode.screens.declare import (
    Board,
    Calendar,
    Chart,
    Document,
    Lines,
    Section,
    StatusBar,
    WorkedFact,
    action,
)
from app.lowcode.screens.view import EntityInterface, EntityView

__all__ = [
    "Board",
    "Calendar",
    "Chart",
    "Document",
    "EntityInterface",
    "EntityView",
    "Figure",
    "Lines",
    "Section",
    "StatusBar",
    "WorkedFact",
    "action",
]
