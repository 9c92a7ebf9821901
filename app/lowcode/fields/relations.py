"""Fields that hold rows of another entity: one (relation) or several (tags)."""

from functools import cached_property
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, inspect, or_, select, true

from app.entities.system.organization import Team
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields.at_hand import row_at_hand
from app.lowcode.fields.base import Field, humanize
from app.lowcode.fields.inputs import PickerField, TagsInput
from app.lowcode.pages import Cell
from app.lowcode.pages import Choice as Option
from app.lowcode.scope import criterion, within_reach
from app.rules.errors import InvalidInput

#: keys are 32-bit in the database; no row has this one
LARGEST_KEY = 2**31 - 1


class Ref(NamedTuple):
    """A related row as lists select it: key, label and, for tags, colour."""

    id: int
    label: str
    color: str | None = None


def key_of(raw: Any) -> int | None:
    """The key that a text of the outside names; None for anything that cannot be one."""
    text = str(raw).strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or isinstance(raw, bool):
        return None
    return min(int(text), LARGEST_KEY)


class RelatedField(Field):
    """What relation and tags share: the target, its labels, and finding rows of it."""

    operators = frozenset({"eq", "ne", "in", "empty", "not_empty"})

    @cached_property
    def target(self) -> type[Any]:
        return inspect(self.model).relationships[self.name].mapper.class_

    @property
    def label_attribute(self) -> Any:
        return getattr(self.target, self.target.label_column)

    def label_of(self, row: Any) -> str:
        """The row's own label; seeded roles and the like are translated msgids."""
        text = (
            row.label if isinstance(row, Ref) else str(getattr(row, self.target.label_column) or "")
        )
        return _(humanize(text)) if getattr(self.target, "label_is_msgid", False) else text

    def by_key(self, key: Any) -> Any:
        """The row with this key inside the acting person's scope; InvalidInput otherwise."""
        number, target = key_of(key), self.target
        row = number and row_at_hand(target, number)
        # Not `get`: that would hand out a row already loaded on somebody else's behalf.
        row = row or (number and db.session.scalar(select(target).where(target.id == number)))
        if not row:
            raise InvalidInput("This entry does not exist or is not yours to use.", field=self.name)
        return row

    def by_code_or_label(self, text: str) -> Any:
        """The one row whose code, else whose label, is `text` (files and the command line)."""
        columns = [self.label_attribute]
        if self.target.code_column and self.target.code_column != self.target.label_column:
            columns.insert(0, getattr(self.target, self.target.code_column))
        for column in columns:
            rows = db.session.scalars(
                select(self.target).where(column == text.strip()).limit(2)
            ).all()
            if len(rows) == 1:
                return rows[0]
            if rows:
                raise InvalidInput(
                    "%(value)s is the name of several entries; use the code.",
                    field=self.name,
                    value=text,
                )
        raise InvalidInput("There is no %(label)s %(value)s.", label=self.label, value=text)

    def any_of(self, values: list[Any]) -> ColumnElement[bool]:
        """SQL: the target is one of those that `values` name and the acting person sees."""
        chosen = or_(*(self.matches(self.target, item) for item in values))
        return within_reach(self.target, chosen)

    @property
    def words(self) -> list[Option]:
        """What is chosen by who asks: "me" of people, "my team" of people and teams."""
        me = [Option("me", _("me"))] if self.target is User else []
        has_team = self._team_of(self.target) is not None
        return [*me, *([Option("my_team", _("my team"))] if has_team else [])]

    def _team_of(self, row: type[Any]) -> ColumnElement[int] | None:
        """The team of the target, where it is a person or a team."""
        if self.target is User:
            found: ColumnElement[int] = row.team_id
            return found
        return row.id if self.target is Team else None

    def matches(self, row: type[Any], value: Any) -> ColumnElement[bool]:
        """SQL: the target `row` is the one `value` names (key, code or label)."""
        if str(value) == "me":
            return row.id == (principal.current().user_id or 0)
        if str(value) == "my_team" and (team := self._team_of(row)) is not None:
            actor = principal.current()
            # Of an administrator, who reaches everything, only the team itself is known.
            return team.in_(actor.team_ids or [key for key in [actor.team_id] if key])
        if (number := key_of(value)) is not None:
            return row.id == number
        # JSON may hold anything; a database compares a name with nothing but text.
        name = str(value)
        tests = [getattr(row, self.target.label_column) == name]
        if self.target.code_column:
            tests.append(getattr(row, self.target.code_column) == name)
        return or_(*tests)


class RelationField(RelatedField):
    """Many-to-one; the value is the related row."""

    kind = "relation"
    is_repeated = True
    form_class = PickerField
    #: "hidden": another row is meant, which the acting person does not see
    operators = RelatedField.operators | {"hidden"}

    @property
    def key_column(self) -> ColumnElement[Any]:
        (local,) = inspect(self.model).relationships[self.name].local_columns
        return getattr(self.model, inspect(self.model).get_property_by_column(local).key)

    def read(self, raw: Any) -> Any:
        if isinstance(raw, self.target):
            return raw
        return None if raw in (None, "") else self.by_key(raw)

    def parse(self, text: str) -> Any:
        return self.by_code_or_label(text)

    def typed(self, value: Any) -> str:
        return str(value.id)

    def text(self, value: Any) -> str:
        return "" if value is None else self.label_of(value)

    def plain(self, value: Any) -> Any:
        return None if value is None else {"id": value.id, "label": self.label_of(value)}

    def cell(self, value: Any) -> Cell:
        return Cell("link", self.text(value))

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        """`expression` is the relationship attribute of the entity."""
        if op == "empty":
            return self.key_column.is_(None)
        if op == "not_empty":
            return self.key_column.is_not(None)
        if op == "hidden":
            return and_(self.key_column.is_not(None), ~self.seen(expression))
        values = value if isinstance(value, list) else [value]
        if self._by_key_alone(values):
            chosen = self.key_column.in_([key_of(item) for item in values])
            return or_(~chosen, self.key_column.is_(None)) if op == "ne" else chosen
        chosen = expression.has(self.any_of(values))
        return ~chosen if op == "ne" else chosen

    def seen(self, expression: Any) -> ColumnElement[bool]:
        """SQL: there is a related row, and the acting person sees it."""
        if self.is_open_to_all():
            return self.key_column.is_not(None)
        found: ColumnElement[bool] = expression.has(within_reach(self.target, true()))
        return found

    def is_open_to_all(self) -> bool:
        """Does the acting person see every row that may be related?"""
        actor = principal.current()
        return not hasattr(self.target, "scope") or criterion(self.target, actor) is None

    def _by_key_alone(self, values: list[Any]) -> bool:
        """Keys need no look at the target, unless some of its rows are hidden from the reader."""
        return self.is_open_to_all() and all(key_of(item) is not None for item in values)

    def openapi(self) -> dict[str, Any]:
        return {"type": "integer", "description": "key of the related row"}


class TagsField(RelatedField):
    """Many-to-many; the value is a list of rows."""

    kind = "tags"
    form_class = TagsInput
    sortable = False

    def read(self, raw: Any) -> Any:
        if raw is None:
            return []
        items = raw if isinstance(raw, list | tuple) else str(raw).split(",")
        return [
            item if isinstance(item, self.target) else self.by_key(item) for item in items if item
        ]

    def parse(self, text: str) -> Any:
        """Labels separated by commas, semicolons or 、."""
        for mark in "，;；、|":
            text = text.replace(mark, ",")
        return [self.by_code_or_label(word) for word in text.split(",") if word.strip()]

    def text(self, value: Any) -> str:
        return ", ".join(self.label_of(row) for row in value or [])

    def plain(self, value: Any) -> Any:
        return [{"id": row.id, "label": self.label_of(row)} for row in value or []]

    def cell(self, value: Any) -> Cell:
        rows = value or []
        return Cell(
            self.kind,
            self.text(rows),
            items=tuple(
                (self.label_of(row), getattr(row, "color", None) or "gray") for row in rows
            ),
        )

    def condition(self, expression: ColumnElement[Any], op: str, value: Any) -> ColumnElement[bool]:
        if op == "empty":
            return ~expression.any()
        if op == "not_empty":
            return expression.any()
        values = value if isinstance(value, list) else [value]
        chosen = expression.any(self.any_of(values))
        return ~chosen if op == "ne" else chosen

    def openapi(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "integer"}}
