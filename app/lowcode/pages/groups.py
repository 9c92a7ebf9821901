"""What a list in groups shows."""

from dataclasses import dataclass, field

from app.lowcode.pages.cells import Column, Row


@dataclass(slots=True)
class GroupHead:
    label: str
    color: str | None
    count: str
    #: the list of exactly these rows
    url: str
    #: a part with the first rows, loaded when the group is opened
    rows_url: str
    #: sums, one for each column behind the leading ones; "" for those that are not summed
    totals: list[str]


@dataclass(slots=True)
class GroupPage:
    """`lead`: how many columns the label of a group takes."""

    columns: list[Column]
    lead: int
    heads: list[GroupHead]
    is_cut: bool = False
    #: of all groups together, as `GroupHead.totals`
    totals: list[str] = field(default_factory=list)


@dataclass(slots=True)
class GroupRows:
    columns: list[Column]
    rows: list[Row]
    more_url: str | None = None


@dataclass(slots=True)
class GroupMenu:
    clear_url: str | None
    #: (column, ways to gather it: (span or "", address, is it now))
    choices: list[tuple[str, list[tuple[str, str, bool]]]]
