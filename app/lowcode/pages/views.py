"""What a person makes of a list: its columns, and its saved views."""

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


@dataclass(frozen=True, slots=True)
class CurrentView:
    """The saved view that a list stands in, beside its title."""

    #: "" while it stands in none
    name: str
    #: does the list say something else by now?
    is_changed: bool
    #: the menu of views, loaded when it is opened
    menu_url: str


@dataclass(slots=True)
class ViewLink:
    """One saved view in the menu of views."""

    name: str
    url: str
    icon: str
    #: with whom it is shared and who made it, in words
    hint: str
    is_current: bool
    is_pinned: bool
    #: does the list open with it?
    is_default: bool


@dataclass(slots=True)
class OpenView:
    """The saved view that a list stands in: what may be done with it."""

    id: int
    name: str
    is_changed: bool
    #: may it be renamed, shared, saved over, deleted?
    is_mine: bool
    #: the value of `sharing` that holds
    sharing: str
    is_pinned: bool
    #: does the list open with it, and is that the person's own choice?
    is_default: bool
    is_chosen: bool
    #: (key, name, does its list open with this view?) of the roles it may be made the default of
    roles: list[tuple[int, str, bool]]
    #: posted to; the state of the list goes along
    change_url: str
    delete_url: str
    pin_url: str


@dataclass(slots=True)
class ViewMenu:
    """The views of a list, in its menu or on a page of their own."""

    title: str
    list_url: str
    #: the list as the screen declares it
    plain_url: str
    is_plain: bool
    is_plain_default: bool
    #: (heading, links)
    groups: list[tuple[str, list[ViewLink]]]
    current: OpenView | None
    #: posted to: a new view, and which one the list opens with
    save_url: str
    default_url: str
    #: the query string of the list as it stands
    state: str
    #: with whom a view may be shared: (value, label)
    sharings: list[tuple[str, str]]
    help_url: str | None


@dataclass(slots=True)
class Star:
    """The star beside the name of a record."""

    #: posted to: `on` makes it a favourite
    url: str
    is_on: bool
