"""What every table of the product has: key, version, who and when; and how its rows are scoped."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column, relationship

from app.entities.columns import Active
from app.entities.types import UTCDateTime, now_utc
from app.rules.matching import MatchRule


@dataclass(frozen=True)
class Scope:
    """How rows belong to people: by owner and team, through a parent, by where they stand, or to
    everybody."""

    #: Attribute names on the entity; both None for a shared table.
    owner: str | None = None
    team: str | None = None
    #: Name of the many-to-one relationship whose target decides.
    parent: str | None = None
    #: Name of the relationship of `User` that holds the places somebody works at.
    place: str | None = None
    #: Attributes that hold the key of a place, own ones or of a related row (`location.place_id`);
    #: one of somebody's places is enough.
    at: tuple[str, ...] = ()
    #: Are rows that stand nowhere everybody's?
    open_nowhere: bool = False


#: Rows carry `owner_id` and `team_id` and are seen by data scope (own, team, region, all …).
OWNED = Scope(owner="owner_id", team="team_id")
#: Everybody with the screen's right sees every row (reference data, products, …).
SHARED = Scope()


def through(parent: str) -> Scope:
    """Rows are seen by whoever sees their parent."""
    return Scope(parent=parent)


def in_warehouse(*at: str, open_nowhere: bool = False) -> Scope:
    """Rows are seen by whoever works in their warehouse, or reaches all of them."""
    return Scope(place="warehouses", at=at, open_nowhere=open_nowhere)


class Entity(Model):
    """Base of every table that people work on.

    `scope` must be set by each entity (a test fails otherwise); `label_column` names the column
    that stands for a row in links, pickers and lists; `code_column` the one imports match by.
    """

    __abstract__ = True
    scope: ClassVar[Scope]
    label_column: ClassVar[str] = "name"
    code_column: ClassVar[str | None] = None
    #: Deleted rows go to the recycle bin; not so what the product keeps for itself.
    is_binned: ClassVar[bool] = True
    #: Changes made at once are undone at once; not so what the product keeps for itself.
    is_undoable: ClassVar[bool] = True
    #: Are there hundreds of thousands of rows? Then lists sort and filter by what has an index.
    is_large: ClassVar[bool] = False
    #: Columns of which many rows hold the same value: their indexes end with the key, so that any
    #: page of a long list is read off them.
    sorted_by: ClassVar[tuple[str, ...]] = ()
    #: Attribute name of the person who is responsible where `scope` names none.
    holder: ClassVar[str | None] = None
    #: Column or property → what it is computed from ("amount", "Product.sale_price"): who may not
    #: read these reads no more of it.
    derived_from: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    #: By what two rows are seen to be one written twice; where there are none, nobody looks.
    match_rules: ClassVar[tuple[MatchRule, ...]] = ()
    #: Relationship → the flag that only one of its rows may have, such as the default address.
    only_one: ClassVar[Mapping[str, str]] = {}

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc, index=True)
    changed_on: Mapped[datetime] = mapped_column(UTCDateTime, default=now_utc)

    # Nullable: seeds, imports and jobs write without a person.
    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id"))

    @declared_attr
    def changed_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id"))

    @declared_attr
    def created_by(cls) -> Mapped[Any]:
        return relationship("User", foreign_keys=f"{cls.__name__}.created_by_id", viewonly=True)

    @declared_attr
    def changed_by(cls) -> Mapped[Any]:
        return relationship("User", foreign_keys=f"{cls.__name__}.changed_by_id", viewonly=True)

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version} if hasattr(cls, "__table__") else {}

    def __repr__(self) -> str:
        return str(getattr(self, self.label_column, None) or f"{type(self).__name__} {self.id}")


class Vocabulary(Entity):
    """Words that a company keeps for itself, in an order of its own; unused ones are switched off
    and stay where they stand."""

    __abstract__ = True
    code_column = "code"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    is_active: Mapped[Active]


@event.listens_for(Entity, "instrument_class", propagate=True)
def _never_give_keys_again(mapper: Mapper[Any], _entity: type[Any]) -> None:
    """SQLite gives the key of a deleted last row to the next one, which would then inherit its
    past, and nothing could be restored under it."""
    mapper.local_table.dialect_options["sqlite"]["autoincrement"] = True  # type: ignore[union-attr]


@event.listens_for(Entity, "instrument_class", propagate=True)
def _index_for_sorting(mapper: Mapper[Any], entity: type[Any]) -> None:
    table: Any = mapper.local_table
    names = list(entity.sorted_by)
    if entity.is_large:
        # How lists are opened: this one in the place of the index that all have.
        names.append("created_on")
        table.indexes -= {one for one in table.indexes if one.columns.keys() == ["created_on"]}
    for name in names:
        Index(f"ix_{table.name}_{name}_id", table.c[name], table.c.id)
