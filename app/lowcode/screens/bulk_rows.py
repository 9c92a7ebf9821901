"""The rows of a bulk edit: each is saved as its own form would, or stays as it is for a reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from app.extensions import db
from app.lowcode import listing, scope
from app.lowcode.fields import field_of
from app.lowcode.fields.relations import TagsField
from app.lowcode.list_state import ListState
from app.lowcode.screens.saving import FieldErrors, form_fields, save
from app.rules.errors import InvalidInput

#: rows that are read and held together
AT_ONCE = 100
#: rows that each reason names, and of which the old value is shown
MOST_NAMED = 5


class Tagging(Enum):
    """What the chosen tags are to those that a row has."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True)
class Edit:
    """What every row shall hold: typed values by field name."""

    values: Mapping[str, Any]
    tagging: Tagging = Tagging.ADD
    #: save although the screen has doubts
    is_confirmed: bool = False

    def of(self, item: Any) -> dict[str, Any]:
        """The values that `item` does not hold already."""
        wanted = {name: self._value(item, name, value) for name, value in self.values.items()}
        return {name: value for name, value in wanted.items() if getattr(item, name) != value}

    def _value(self, item: Any, name: str, value: Any) -> Any:
        if not isinstance(field_of(type(item), name), TagsField):
            return value
        present, chosen = list(getattr(item, name)), value or []
        if self.tagging is Tagging.ADD:
            return [*present, *(row for row in chosen if row not in present)]
        if self.tagging is Tagging.REMOVE:
            return [row for row in present if row not in chosen]
        return present if set(present) == set(chosen) else list(chosen)


@dataclass
class Reason:
    """Why rows stay as they are: how many, and the first of them as (key, name)."""

    count: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Outcome:
    """What became of the rows, or would become of them."""

    changed: int = 0
    same: int = 0
    #: text in the acting person's language → the rows it holds back
    refused: dict[str, Reason] = field(default_factory=dict)
    #: the same for what is only doubted, and saved once it is confirmed
    doubted: dict[str, Reason] = field(default_factory=dict)
    #: (name, {field: old value in words}) of the first that change
    examples: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def held_back(self) -> int:
        return sum(reason.count for reason in (*self.refused.values(), *self.doubted.values()))


class _Held(Exception):  # noqa: N818 - reads as what happened
    """This row stays as it is."""


def matching(view: Any, state: ListState, upto: int | None = None) -> tuple[int, int]:
    """How many rows the state has for the acting person, and the highest key among them.

    InvalidInput for a filter that cannot be read.
    """
    model = view.model
    clause = listing.condition(view.listable, state)
    statement = select(func.count(), func.max(model.id)).select_from(model).where(clause)
    if upto is not None:
        statement = statement.where(model.id <= upto)
    try:
        count, highest = db.session.execute(statement).one()
    except (StatementError, DataError) as error:
        raise InvalidInput("One of the filters holds a value that cannot be compared.") from error
    return count, highest or 0


def rows_matching(
    view: Any, state: ListState, upto: int, after: int = 0, most: int | None = None
) -> Iterator[list[Any]]:
    """The rows of the state in blocks, by key: what a row is changed to cannot bring it back."""
    model, left = view.model, most
    while left is None or left > 0:
        size = AT_ONCE if left is None else min(AT_ONCE, left)
        statement = (
            select(model)
            .where(listing.condition(view.listable, state), model.id > after, model.id <= upto)
            .order_by(model.id)
            .limit(size)
        )
        block = list(db.session.scalars(statement))
        if not block:
            return
        after = block[-1].id
        left = None if left is None else left - len(block)
        yield block


def change(
    view: Any, items: Sequence[Any], edit: Edit, outcome: Outcome, seen: Mapping[int, str]
) -> None:
    """Change each row or note why not; `seen` are the versions of those that somebody looked at.

    Each row is a savepoint of its own; the caller commits, or rolls back after a preview.
    """
    for item in items:
        key, name = item.id, repr(item)
        try:
            _check(view, item, seen)
            values = edit.of(item)
            if not values:
                outcome.same += 1
                continue
            _check_fields(view, item, values)
            before = _in_words(view, item, values) if len(outcome.examples) < MOST_NAMED else {}
            doubts = _save(view, item, values, is_confirmed=edit.is_confirmed)
        except _Held as held:
            _note(outcome.refused, str(held), key, name)
            continue
        if doubts:
            _note(outcome.doubted, doubts, key, name)
            continue
        outcome.changed += 1
        if before:
            outcome.examples.append((name, before))


def _in_words(view: Any, item: Any, names: Iterable[str]) -> dict[str, str]:
    return {name: field_of(view.model, name).text(getattr(item, name)) for name in names}


def _check(view: Any, item: Any, seen: Mapping[int, str]) -> None:
    if seen.get(item.id) not in (None, str(getattr(item, "version", item.id))):
        raise _Held(_("Somebody else changed it in the meantime."))
    if not scope.may_change(item):
        raise _Held(_("This record is not yours to change."))
    if not view.is_editable(item):
        raise _Held(_("This is not possible in the present state."))


def _check_fields(view: Any, item: Any, values: Mapping[str, Any]) -> None:
    """What the form of this row would not show is not written past it."""
    shown = form_fields(view, lambda name: values[name] if name in values else getattr(item, name))
    for name in values:
        if name not in shown:
            label = field_of(view.model, name).label
            raise _Held(_("“%(label)s” does not apply to this record.", label=label))


class _Doubted(Exception):  # noqa: N818 - rolls the savepoint back
    pass


def _save(view: Any, item: Any, values: Mapping[str, Any], *, is_confirmed: bool) -> str:
    """Nothing once the row is saved, else what is doubted until it is confirmed."""
    found: Sequence[Any] = ()
    try:
        with db.session.begin_nested():
            save(view, item, values, is_new=False)
            found = [] if is_confirmed else view.warnings(item)
            if found:
                raise _Doubted
    except _Doubted:
        before = view.warnings(item)
        if all(doubt in before for doubt in found):  # it was so all along
            return _save(view, item, values, is_confirmed=True)
        # Doubts name the row itself often; many rows are told together.
        return _("The form would ask before it saves, such as about duplicates.")
    except FieldErrors as error:
        raise _Held(_words(view, error)) from error
    except StaleDataError as error:
        raise _Held(_("Somebody else changed it in the meantime.")) from error
    return ""


def _words(view: Any, error: FieldErrors) -> str:
    texts = []
    for name, messages in error.errors.items():
        try:
            label = f"{field_of(view.model, name).label}: " if name else ""
        except LookupError:  # inline rows
            label = ""
        texts += [label + message for message in messages]
    return "; ".join(texts)


def _note(reasons: dict[str, Reason], text: str, key: int, name: str) -> None:
    reason = reasons.setdefault(text, Reason())
    reason.count += 1
    if len(reason.examples) < MOST_NAMED:
        reason.examples.append((key, name))
