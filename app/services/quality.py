"""What customer files lack: completeness by declared weights, gaps, and files gone stale."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    inspect,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session, selectinload

from app.entities.customers import Contact, Customer, CustomerAddress, Interaction
from app.entities.types import now_utc
from app.rules.completeness import Completeness, Gap, Weight, missing_of, percent_of
from app.rules.customers import CustomerKind

#: days after which a file is due to be compared with the customer again
VERIFIED_FOR = 365
#: days without a word from either side
SILENT_FOR = 180

_ORGANISATIONS = (CustomerKind.COMPANY.value, CustomerKind.GOVERNMENT.value)
#: what a customer's file is expected to say; a record page and the overview tell of it
WEIGHTS = (
    Weight("phone", 20),
    Weight("email", 10),
    Weight("addresses", 15),
    Weight("region", 5),
    Weight("source", 5),
    Weight("owner", 10),
    Weight("tax_number", 10, _ORGANISATIONS),
    Weight("industry", 10, _ORGANISATIONS),
    Weight("contacts", 15, _ORGANISATIONS),
    Weight("size", 5, (CustomerKind.COMPANY.value,)),
    Weight("sex", 5, (CustomerKind.INDIVIDUAL.value,)),
    Weight("birth_date", 10, (CustomerKind.INDIVIDUAL.value,)),
    Weight("occupation", 5, (CustomerKind.INDIVIDUAL.value,)),
)
#: the columns that the percentage is worked out of
READS = tuple(f"Customer.{weight.name}" for weight in WEIGHTS)
_LINES = {"addresses": CustomerAddress, "contacts": Contact}
Clause = ColumnElement[bool]


def _is_filled(name: str) -> Clause:
    if name in _LINES:
        line = _LINES[name]
        # Written out, so that the row scope narrows the lines, too.
        return select(line.id).where(line.customer_id == Customer.id).exists()
    links = inspect(Customer).relationships
    column = next(iter(links[name].local_columns)) if name in links else getattr(Customer, name)
    filled: Clause = column.is_not(None)
    return and_(filled, column != "") if isinstance(column.type, String) else filled


def _lacks(name: str) -> Callable[[date], Clause]:
    """Of the kinds of customers that are expected to have it."""
    weight = next(weight for weight in WEIGHTS if weight.name == name)
    clause = ~_is_filled(name)
    return lambda _today: and_(Customer.kind.in_(weight.kinds), clause) if weight.kinds else clause


def _not_verified(today: date) -> Clause:
    verified = Customer.last_verified_on
    return or_(verified.is_(None), verified < today - timedelta(days=VERIFIED_FOR))


def _silent(_today: date) -> Clause:
    heard = select(Interaction.id).where(
        Interaction.customer_id == Customer.id,
        Interaction.happened_on >= now_utc() - timedelta(days=SILENT_FOR),
    )
    return ~heard.exists()


#: gap → the customers that have it on a given day
GAPS: dict[Gap, Callable[[date], Clause]] = {
    Gap.NO_PHONE: _lacks("phone"),
    Gap.NO_EMAIL: _lacks("email"),
    Gap.NO_ADDRESS: _lacks("addresses"),
    Gap.NO_CONTACT: _lacks("contacts"),
    Gap.NO_INDUSTRY: _lacks("industry"),
    Gap.NO_TAX_NUMBER: _lacks("tax_number"),
    Gap.NO_REGION: _lacks("region"),
    Gap.NO_OWNER: _lacks("owner"),
    Gap.NOT_VERIFIED: _not_verified,
    Gap.SILENT: _silent,
}


def completeness() -> ColumnElement[int]:
    """The percent of `app.rules.completeness` as SQL on Customer."""
    by_kinds: dict[tuple[str, ...], Any] = {}
    for weight in WEIGHTS:
        points = case((_is_filled(weight.name), _number(weight.points)), else_=_number(0))
        by_kinds[weight.kinds] = by_kinds.get(weight.kinds, _number(0)) + points
    reached: Any = by_kinds.pop((), _number(0))
    for kinds, points in by_kinds.items():
        reached = reached + case((_is_of(kinds), points), else_=_number(0))
    totals = {
        kind: sum(weight.points for weight in WEIGHTS if weight.counts_for(kind.value))
        for kind in CustomerKind
    }
    total = case(*((Customer.kind == kind, _number(points)) for kind, points in totals.items()))
    return (_number(100) * reached) // total  # type: ignore[no-any-return]


def _is_of(kinds: Sequence[str]) -> Clause:
    return or_(*(Customer.kind == kind for kind in kinds))


def _number(number: int) -> ColumnElement[int]:
    """Written into the statement: there are too many of them to send each time."""
    return literal_column(str(number), Integer)


def in_band(band: Completeness) -> Clause:
    return completeness().between(*band.borders)


def percent(customer: Customer) -> int:
    return percent_of(WEIGHTS, customer.kind.value, _filled_in(customer))


def missing(customer: Customer) -> list[str]:
    """The names of the fields that its file lacks, the weightiest first."""
    return missing_of(WEIGHTS, customer.kind.value, _filled_in(customer))


def _filled_in(customer: Customer) -> Callable[[str], bool]:
    return lambda name: getattr(customer, _column_of(name)) not in (None, "", [])


def _column_of(name: str) -> str:
    """The attribute that tells whether it is filled without reading another table's row."""
    relationship = inspect(Customer).relationships.get(name)
    if relationship is None or relationship.uselist:
        return name
    (column,) = relationship.local_columns
    return str(inspect(Customer).get_property_by_column(column).key)


def percent_by_key() -> ScalarSelect[int]:
    """The percent of the customer whose key is the parameter `key`, without reading its lines."""
    return select(completeness()).where(Customer.id == bindparam("key")).scalar_subquery()


@dataclass(frozen=True)
class Overview:
    """Customers in all, their mean percent, and how many have each gap or are in each band."""

    count: int
    mean: int
    gaps: Mapping[Gap, int]
    bands: Mapping[Completeness, int]


def overview(session: Session, where: Clause, today: date) -> Overview:
    """Of the customers that `where` leaves and the acting person sees, in one statement."""
    each = (
        select(
            completeness().label("percent"),
            *(case((has(today), 1), else_=0).label(gap.value) for gap, has in GAPS.items()),
        )
        .where(where)
        .subquery()
    )
    columns = each.c
    bands = [case((columns.percent.between(*b.borders), 1), else_=0) for b in Completeness]
    sums = [func.sum(columns[gap.value]) for gap in GAPS] + [func.sum(b) for b in bands]
    count, total, *found = session.execute(
        select(func.count(), func.sum(columns.percent), *sums)
    ).one()
    numbers = [int(number or 0) for number in found]
    return Overview(
        count=count,
        mean=int(total or 0) // count if count else 0,
        gaps=dict(zip(GAPS, numbers, strict=False)),
        bands=dict(zip(Completeness, numbers[len(GAPS) :], strict=True)),
    )


def listed(where: Clause) -> Select[Customer, int]:
    """(customer, percent), the emptiest files first."""
    share = completeness().label("percent")
    query = select(Customer, share).where(where).order_by(share, Customer.id)
    lines = (selectinload(getattr(Customer, name)) for name in _LINES)
    return query.options(selectinload(Customer.owner), *lines)
