"""One valid row of every entity, made from its declaration: a new entity is covered at once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Integer, String, inspect, select
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.inventory import Location, StockMove
from app.entities.sales.pipeline import Pipeline, Stage
from app.entities.support import SurveyResponse
from app.entities.system.audit import AuditEntry
from app.entities.system.bin import BinEntry
from app.entities.system.row_access import AccessRule
from app.entities.types import ChoiceType, UTCDateTime, now_utc
from app.rules.pipeline import StageKind
from app.rules.stock import LocationKind
from tests.factories import make_user

#: Columns that are not filled although they could be: other rules give them a value.
_LEFT_OUT = {"id", "version"}


class Rows:
    """`Rows(session, "own", owner).one(Customer)` is that side's customer, made when first asked.

    Every text of a row begins with the side's name, so that a page can be searched for it.
    """

    def __init__(self, session: Session, side: str, owner: Any) -> None:
        self._session, self._side, self._owner = session, side, owner
        self._made: dict[type[Any], Any] = {}

    def one(self, model: type[Any]) -> Any:
        if model not in self._made:
            special = _SPECIAL.get(model.__name__)
            row = special(self) if special else self.plain(model)
            self._made[model] = row
            self._session.add(row)
            self._session.flush()
        return self._made[model]

    def find(self, model: type[Any]) -> Any:
        """Any row there is: of a table that only the product itself writes."""
        return self._session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()

    def plain(self, model: type[Any], **given: Any) -> Any:
        mapper = inspect(model)
        row = model(**given)
        for relationship in mapper.relationships:
            (column, *_more) = relationship.local_columns
            single = not relationship.uselist and column.foreign_keys
            if single and relationship.key not in given and self._is_needed(model, relationship):
                setattr(row, relationship.key, self.one(relationship.mapper.class_))
        for attribute in mapper.column_attrs:
            column = attribute.columns[0]
            if attribute.key in {*_LEFT_OUT, *given} or not _is_typed(column):
                continue
            setattr(row, attribute.key, self._value(model, attribute.key, column))
        if model.scope.owner:
            setattr(row, model.scope.owner, self._owner.id)
        return row

    @staticmethod
    def _is_needed(model: type[Any], relationship: Any) -> bool:
        (column, *_more) = relationship.local_columns
        return not column.nullable or relationship.key == model.scope.parent

    def _value(self, model: type[Any], name: str, column: Any) -> Any:
        match column.type:
            case ChoiceType():
                return next(iter(column.type.enum))
            case String():
                return f"{self._side} {model.__name__} {name}"[: column.type.length]
            case JSON():
                return {}
            case Boolean():
                return True
            case Integer():
                return 1
            case UTCDateTime():
                return now_utc()
            case Date():
                return date(2026, 3, 5)
            case _:
                return Decimal(1)

    def user(self) -> Any:
        return make_user(self._session, name=f"{self._side} User name")

    def stock_move(self) -> Any:
        outside = Location(
            code=f"{self._side} out", name=f"{self._side} outside", kind=LocationKind.SUPPLIER
        )
        return self.plain(
            StockMove,
            reference=f"{self._side} StockMove reference",
            from_location=outside,
            to_location=self.one(Location),
        )

    def pipeline(self) -> Any:
        """With a stage of each kind, as the product itself insists on."""
        pipeline = self.plain(Pipeline)
        for kind in StageKind:
            name = f"{self._side} Stage {kind.value}"
            pipeline.stages.append(Stage(name=name, code=kind.value, kind=kind))
        return pipeline

    def bin_entry(self) -> Any:
        """Of a customer that was this side's."""
        gone = self.plain(Customer, code=f"{self._side} gone")
        self._session.add(gone)
        self._session.flush()
        self._session.delete(gone)
        self._session.flush()
        return self.find(BinEntry)

    def stage(self) -> Any:
        return self.one(Pipeline).stages[0]

    def location(self) -> Any:
        return self.plain(Location, warehouse=self.one(Location.warehouse.property.mapper.class_))


def _is_typed(column: Any) -> bool:
    """Must somebody say what it holds?"""
    return (
        isinstance(column, Column)
        and not column.nullable
        and not column.foreign_keys
        and column.default is None
        and column.server_default is None
        and column.computed is None
    )


_SPECIAL: dict[str, Callable[[Rows], Any]] = {
    "User": Rows.user,
    "StockMove": Rows.stock_move,
    "Location": Rows.location,
    "Pipeline": Rows.pipeline,
    "Stage": Rows.stage,
    "SurveyResponse": lambda rows: rows.plain(SurveyResponse, csat=5),
    "BinEntry": Rows.bin_entry,
    # It denies nothing that is there.
    "AccessRule": lambda rows: rows.plain(
        AccessRule, entity="Supplier", condition={"field": "name", "op": "eq", "value": "?"}
    ),
    "AuditEntry": lambda rows: rows.find(AuditEntry),
}
