"""What files lack is counted as each file says, for the customers that somebody sees."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from app.entities.customers import (
    Contact,
    Customer,
    CustomerAddress,
    CustomerSource,
    Industry,
    Interaction,
)
from app.entities.system.organization import Region
from app.lowcode.principal import DataScope, Principal, acting_as
from app.rules.completeness import Completeness, Gap, band_of
from app.rules.customers import CustomerKind
from app.services import quality
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")
TODAY = date(2026, 5, 1)


def add(session: Session, **values: Any) -> Customer:
    row = Customer(**{"name": "示例"} | values)
    session.add(row)
    session.flush()
    return row


def full(session: Session) -> Customer:
    return add(
        session,
        phone="13800138000",
        email="a@example.com",
        tax_number="91350100M000100Y43",
        addresses=[CustomerAddress(street="x")],
        contacts=[Contact(name="y")],
        industry=Industry(code="i", name="i"),
        region=Region(code="r", name="r"),
        source=CustomerSource(code="s", name="s"),
        owner=make_user(session),
        employee_count=10,
        size="micro",
        last_verified_on=TODAY,
        interactions=[Interaction(subject="z", happened_on=datetime.now(UTC))],
    )


def gaps(session: Session) -> dict[str, int]:
    found = quality.overview(session, true(), TODAY).gaps
    return {str(gap.value): count for gap, count in found.items() if count}


def test_sql_and_rule_say_the_same_percent(session: Session) -> None:
    full(session)
    add(session)
    add(session, kind=CustomerKind.INDIVIDUAL, sex="male", phone="13800138000", email="")
    add(session, kind=CustomerKind.INDIVIDUAL, birth_date=date(2000, 1, 1), occupation="x")
    add(session, kind=CustomerKind.GOVERNMENT, contacts=[Contact(name="y")], size="micro")
    rows = session.execute(quality.listed(true())).all()
    assert [share for _row, share in rows] == [quality.percent(row) for row, _share in rows]
    assert [share for _row, share in rows][-1] == 100
    for row, share in rows:
        assert session.scalar(select(quality.percent_by_key()), {"key": row.id}) == share
    found = quality.overview(session, true(), TODAY)
    assert found.count == 5
    assert found.mean == sum(share for _row, share in rows) // 5
    for band in Completeness:
        assert found.bands[band] == sum(band_of(share) is band for _row, share in rows)
        inside = session.scalars(select(Customer).where(quality.in_band(band))).all()
        assert len(inside) == found.bands[band]


def test_a_complete_and_fresh_file_has_no_gap(session: Session) -> None:
    full(session)
    assert gaps(session) == {}


def test_an_empty_file_has_every_gap_that_its_kind_can_have(session: Session) -> None:
    company, person = add(session), add(session, kind=CustomerKind.INDIVIDUAL)
    session.flush()
    found = gaps(session)
    assert set(found) == {gap.value for gap in Gap}
    of_organisations = {"no_contact", "no_industry", "no_tax_number"}
    assert {name for name, count in found.items() if count == 1} == of_organisations
    assert "contacts" in quality.missing(company)
    assert "contacts" not in quality.missing(person)
    assert quality.missing(person)[0] == "phone"


def test_files_grow_old(session: Session) -> None:
    row = full(session)
    row.last_verified_on = TODAY - timedelta(days=quality.VERIFIED_FOR)
    session.flush()
    assert gaps(session) == {}
    row.last_verified_on = TODAY - timedelta(days=quality.VERIFIED_FOR + 1)
    row.interactions[0].happened_on = datetime.now(UTC) - timedelta(days=quality.SILENT_FOR + 1)
    session.flush()
    assert gaps(session) == {"not_verified": 1, "silent": 1}


def test_only_what_somebody_sees_is_counted(session: Session) -> None:
    me = make_user(session)
    add(session, owner=me)
    add(session, owner=make_user(session))
    with acting_as(Principal(me.id, "me", scopes={"Customer": DataScope.OWN})):
        found = quality.overview(session, true(), TODAY)
        assert (found.count, found.gaps[Gap.NO_PHONE]) == (1, 1)
        assert len(session.execute(quality.listed(true())).all()) == 1
