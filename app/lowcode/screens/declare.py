"""What a screen is declared with: sections, inline lines, layouts and actions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask_appbuilder.actions import action as fab_action
from sqlalchemy import ScalarSelect

from app.lowcode.pages import Cell

#: FAB collects actions by name; this keeps the order they are declared in
_places = count()


@dataclass(frozen=True)
class Section:
    """A titled part of the form and the record page.

    `when`: shown only while the named fields hold one of the given values,
    such as {"kind": ["company"]}; hidden fields keep what they hold.
    """

    title: str
    fields: Sequence[str]
    when: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lines:
    """Inline rows of a one-to-many relationship.

    `computed`: column → function of one line, shown but not typed; `totals`: function of all
    lines giving (label, value) pairs. Both run on the server, on typed and on saved lines alike.
    `usual`: typed column → function of one line, giving what it is worth while left empty.
    `narrowed_by`: relations of the record whose value narrows the lines' pickers.
    `totals_from`: columns of the record that the totals tell besides those of the lines.
    """

    name: str
    columns: Sequence[str]
    title: str = ""
    computed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    usual: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    narrowed_by: Sequence[str] = ()
    totals: Callable[[Sequence[Any]], Sequence[tuple[str, Any]]] | None = None
    totals_from: Sequence[str] = ()
    when: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Board:
    """Cards in columns by a choice or relation; `sum` adds up a column per stack."""

    column: str
    sum: str | None = None
    #: what a card shows; default: the first list columns
    card: Sequence[str] = ()


@dataclass(frozen=True)
class Calendar:
    """Rows on the day of a date or moment column."""

    column: str
    color: str | None = None


@dataclass(frozen=True)
class Chart:
    """Rows counted, or a column summed, by a choice, relation, flag or month."""

    column: str
    sum: str | None = None
    #: a choice column whose values become one series each
    split: str | None = None
    #: bar, line, pie; by default lines for months and bars otherwise
    kind: str | None = None


@dataclass(frozen=True)
class StatusBar:
    """The states of a record in order, the present one marked.

    `path`: codes of the choice column that form the usual way; or a function of the record
    giving (code, label) pairs, for stages that are data.
    """

    column: str
    path: Sequence[str] | Callable[[Any], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Document:
    """A PDF of one record; `name` is the key its writer is registered under."""

    name: str
    label: Any
    #: who may print it: one of its own where it tells less, or more, than the others
    right: str = "can_print"
    #: offered while it holds, such as a quotation of a draft
    when: Callable[[Any], bool] | None = None
    #: screens whose lists it draws from: without them it would lack rows
    needs: Sequence[str] = ()
    #: columns ("Entity.column") it cannot do without: who may not read them does not print it
    reads: Sequence[str] = ()
    #: goes out of the house, so it is offered in every language
    for_customer: bool = False


@dataclass(frozen=True)
class WorkedFact:
    """A key fact that the database works out of a record.

    `value` gives a scalar SELECT about the record whose key is the parameter `key`, and `cell`
    what is shown of its answer. Columns ("Entity.column") in `reads`: who may not read them all
    does not see the fact.
    """

    label: Any
    value: Callable[[], ScalarSelect[Any]]
    cell: Callable[[Any], Cell]
    reads: Sequence[str] = ()


@dataclass(frozen=True)
class Worked:
    """A column that files have besides those of the list: `text` of the values at `paths`."""

    label: str
    paths: Sequence[str]
    text: Callable[..., str]


def action(
    name: str,
    text: Any,
    confirmation: Any = None,
    icon: str = "bolt",
    multiple: bool = True,
    single: bool = True,
    inputs: Sequence[Any] = (),
    optional: Sequence[Any] = (),
    done: Any = None,
) -> Callable[..., Any]:
    """FAB's action decorator: `text` is the button, `confirmation` the question before it runs,
    `done` what is said afterwards of one record, such as "%(name)s was confirmed.".

    The method gets the list of rows, inside one transaction that the screen commits. `inputs`
    and `optional` name what is asked for first: columns of this entity, or (entity, column)
    pairs; the method then gets (rows, values by column name).
    """

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        method.inputs, method.optional = tuple(inputs), tuple(optional)  # type: ignore[attr-defined]
        method.done = done  # type: ignore[attr-defined]
        method.place = next(_places)  # type: ignore[attr-defined]
        return fab_action(name, text, confirmation, icon, multiple, single)(method)

    return wrap
