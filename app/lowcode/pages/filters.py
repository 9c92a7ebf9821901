"""The filters of a list: their forms, and the chips of those in force."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Choice:
    value: str
    label: str
    color: str | None = None
    selected: bool = False


@dataclass(slots=True)
class FilterSpec:
    """One filter a user may add. The URL parameter is `f.<name>=<value>`.

    Values: choices and relations `a,b` (codes or keys); numbers, money, dates `low..high` (either
    side may be empty); dates also a preset's code (`this_month`); flags `yes` / `no`; text any
    (contains); `-` means empty, `*` means not empty; people also `me`.
    """

    name: str
    label: str
    #: choice, relation, number, money, date, flag, text, tags
    kind: str
    choices: list[Choice] = field(default_factory=list)
    picker_url: str | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    name: str
    label: str
    text: str
    remove_url: str
    value: str
    #: has it a form to be changed with?
    is_filter: bool = True


@dataclass(slots=True)
class FilterPage:
    """The forms of all filters of a list, on a page of their own or in its menu."""

    title: str
    list_url: str
    filters: list[FilterSpec]
    #: a form without scripts is sent there; None in the menu, whose forms scripts send
    narrow_url: str | None
    carried: list[tuple[str, str]]
    help_url: str | None
    #: does the menu lead to the builder of conditions?
    builds: bool = False
