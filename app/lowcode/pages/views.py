"""The columns of a list, to choose from."""

from dataclasses import dataclass


@dataclass(slots=True)
class ColumnChoice:
    name: str
    label: str
    is_shown: bool
    #: pixels; None leaves it to the browser
    width: int | None


@dataclass(slots=True)
class ColumnPage:
    """The chooser of a list's columns, on a page of its own or in its menu."""

    title: str
    list_url: str
    #: the form is sent there: `col` in order, `width.<col>`, and `up` or `down` to move one
    apply_url: str
    #: the list with the columns of the screen; None where it shows them
    reset_url: str | None
    #: those that are shown, then the others
    columns: list[ColumnChoice]
    carried: list[tuple[str, str]]
    help_url: str | None
