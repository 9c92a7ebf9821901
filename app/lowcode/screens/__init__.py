"""Declared screens: everything a view module imports."""

from app.lowcode.screens.declare import Board, Calendar, Chart, Lines, Section, action
from app.lowcode.screens.view import EntityInterface, EntityView

__all__ = [
    "Board",
    "Calendar",
    "Chart",
    "EntityInterface",
    "EntityView",
    "Lines",
    "Section",
    "action",
]
