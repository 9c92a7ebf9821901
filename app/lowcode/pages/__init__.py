"""What templates get: plain values, already labelled, translated and permission-checked."""

from app.lowcode.pages.bulk import BulkPage, BulkPreview, HeldBack
from app.lowcode.pages.cells import Cell, Column, Row, Sheet
from app.lowcode.pages.filters import Chip, Choice, FilterPage, FilterSpec
from app.lowcode.pages.forms import FormLines, FormPage, FormSection, is_lines
from app.lowcode.pages.groups import GroupHead, GroupMenu, GroupPage, GroupRows
from app.lowcode.pages.lists import (
    Action,
    BoardCard,
    BoardColumn,
    DrawnParts,
    Layout,
    ListPage,
)
from app.lowcode.pages.markup import badge_html, cell_html, facts_html, icon_html, rows_html
from app.lowcode.pages.records import (
    Event,
    FileItem,
    LineTable,
    RecordPage,
    ShownSection,
    Step,
    Tab,
)
from app.lowcode.pages.views import (
    ColumnChoice,
    ColumnPage,
    CurrentView,
    OpenView,
    Star,
    ViewLink,
    ViewMenu,
)

__all__ = [
    "Action",
    "BoardCard",
    "BoardColumn",
    "BulkPage",
    "BulkPreview",
    "Cell",
    "Chip",
    "Choice",
    "Column",
    "ColumnChoice",
    "ColumnPage",
    "CurrentView",
    "DrawnParts",
    "Event",
    "FileItem",
    "FilterPage",
    "FilterSpec",
    "FormLines",
    "FormPage",
    "FormSection",
    "GroupHead",
    "GroupMenu",
    "GroupPage",
    "GroupRows",
    "HeldBack",
    "Layout",
    "LineTable",
    "ListPage",
    "OpenView",
    "RecordPage",
    "Row",
    "Sheet",
    "ShownSection",
    "Star",
    "Step",
    "Tab",
    "ViewLink",
    "ViewMenu",
    "badge_html",
    "cell_html",
    "facts_html",
    "icon_html",
    "is_lines",
    "rows_html",
]
