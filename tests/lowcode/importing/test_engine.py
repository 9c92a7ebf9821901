"""Rows of a file become rows of an entity by the rules of its form, and only where they differ."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.entities.catalog import Product
from app.entities.customers import Contact, Customer, CustomerAddress, Tag
from app.entities.system.audit import AuditEntry
from app.entities.system.organization import Region, Team
from app.lowcode.importing import engine
from app.lowcode.importing.results import ImportResult
from tests.lowcode.importing.bringing import Bring, audit_rows, counts

pytestmark = pytest.mark.usefixtures("database")

CUSTOMER = {"code": "code", "name": "name", "tier": "tier", "credit_limit": "limit"}
LINES = ["code,name,tier,limit", 'A,Alpha,vip,"1,280.50"', "B,Beta,普通客户,", "C,Gamma,,¥3"]


def test_a_second_import_changes_nothing_at_all(bring: Bring, session: Session) -> None:
    fields = {**CUSTOMER, "tier": {"column": "tier", "values": {"普通客户": "ordinary"}}}
    assert counts(bring("customers", LINES, fields)) == (3, 0, 0, 0)
    before = {c.code: (c.version, c.changed_on) for c in session.scalars(select(Customer))}
    trail = audit_rows(session)
    assert counts(bring("customers", LINES, fields)) == (0, 0, 3, 0)
    session.expire_all()
    after = {c.code: (c.version, c.changed_on) for c in session.scalars(select(Customer))}
    assert after == before
    assert audit_rows(session) == trail


def test_values_are_read_as_in_the_form(bring: Bring, session: Session) -> None:
    lines = [
        "name,phone,since,verified,limit,country,flag",
        "Alpha,１３８ 0013 8000,2026年3月5日,05/03/2026,1.5万,德国,是",
    ]
    fields = {
        "name": "name",
        "phone": "phone",
        "cooperation_since": "since",
        "last_verified_on": "verified",
        "credit_limit": "limit",
        "country": {"column": "country", "values": {"德国": "Germany"}},
        "do_not_contact": "flag",
    }
    assert counts(bring("customers", lines, fields, date_order="dmy")) == (1, 0, 0, 0)
    customer = session.scalars(select(Customer)).one()
    assert customer.phone == "13800138000"
    assert customer.cooperation_since == customer.last_verified_on == date(2026, 3, 5)
    assert customer.credit_limit == Decimal(15000)
    assert (customer.country, customer.do_not_contact) == ("DE", True)
    assert customer.code  # the next number


def test_only_what_differs_is_changed_and_told(bring: Bring, session: Session) -> None:
    bring("customers", LINES[:2], CUSTOMER)
    customer = session.scalars(select(Customer)).one()
    customer.notes = "ours"
    session.commit()
    fields = {"code": "code", "name": "name"}
    assert counts(bring("customers", ["code,name", "a,Alpha AG"], fields)) == (0, 1, 0, 0)
    session.expire_all()
    assert (customer.name, customer.notes, customer.credit_limit) == (
        "Alpha AG",
        "ours",
        Decimal("1280.50"),
    )
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert last.changes == {"code": ["A", "a"], "name": ["Alpha", "Alpha AG"]}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("X,,vip,1", "name", "fill in"),
        ("X,Ten,king,1", "tier", "VIP"),
        ("X,Ten,vip,lots", "limit", "lots"),
        ("X,Ten,vip,0.005", "limit", ""),
        ("X,Ten,vip,-5", "", "break"),  # only the database refuses it
        ("A,Ten,vip,1", "code", "Line 2"),  # as in line 2
        (f"{'X' * 33},Ten,vip,1", "code", "32"),
        ("X,Ten,vip,1,more", "", "more cells"),
    ],
)
def test_a_bad_row_is_told_and_costs_no_other(
    bring: Bring, session: Session, row: str, column: str, reason: str
) -> None:
    result = bring("customers", [*LINES[:2], row, LINES[3]], CUSTOMER)
    assert counts(result) == (2, 0, 0, 1)
    (error,) = result.errors
    assert (error.line, error.column) == (3, column)
    assert reason in error.text
    assert session.scalar(select(func.count(Customer.id))) == 2


def test_the_trail_holds_no_rows_that_were_refused(bring: Bring, session: Session) -> None:
    bring(
        "customers", [*LINES, "X,Bad,vip,-5", "Y,Good,vip,5"], CUSTOMER | {"tier": {"text": "vip"}}
    )
    labels = session.scalars(select(AuditEntry.label).where(AuditEntry.entity == "Customer")).all()
    assert sorted(labels) == ["Alpha", "Beta", "Gamma", "Good"]


def test_a_value_that_only_the_database_knows_is_taken_is_told_beside_its_column(
    bring: Bring, session: Session
) -> None:
    session.add(Product(name="Tea", code="T", barcode="690"))
    session.commit()
    fields = {"code": "code", "name": "name", "barcode": "barcode"}
    lines = ["code,name,barcode", "A,Cup,690", "B,Pot,691"]
    result = bring("products", lines, fields)
    assert counts(result) == (1, 0, 0, 1)
    assert (result.errors[0].line, result.errors[0].column) == (2, "barcode")


def test_a_batch_with_many_bad_rows_keeps_all_good_ones(
    bring: Bring, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH", 7)
    rows = [f"C{n},Name {n},vip,{-1 if n % 5 == 0 else n}" for n in range(50)]
    result = bring("customers", [LINES[0], *rows], CUSTOMER)
    assert counts(result) == (40, 0, 0, 10)
    assert [error.line for error in result.errors] == [n + 2 for n in range(0, 50, 5)]
    again = bring("customers", [LINES[0], *rows], CUSTOMER)
    assert counts(again) == (0, 0, 40, 10)


@pytest.mark.parametrize(
    "spelling", ["阿尔法贸易有限公司", "阿尔法贸易（有限公司）", " 阿尔法 贸易公司"]
)
def test_a_row_without_a_code_is_found_by_its_name(
    bring: Bring, session: Session, spelling: str
) -> None:
    session.add(Customer(name="阿尔法贸易有限公司"))
    session.commit()
    fields = {"code": "code", "name": "name", "notes": "notes"}
    result = bring("customers", ["code,name,notes", f",{spelling},hello"], fields)
    assert counts(result) == (0, 1, 0, 0)


def test_a_code_that_is_new_makes_a_new_row_in_spite_of_a_known_name(
    bring: Bring, session: Session
) -> None:
    session.add(Customer(name="Alpha", code="OLD"))
    session.commit()
    assert bring("customers", ["code,name", "NEW,Alpha"], {"code": "code", "name": "name"}).created


def test_a_name_that_several_have_is_refused(bring: Bring, session: Session) -> None:
    session.add_all([Customer(name="Alpha"), Customer(name="Alpha")])
    session.commit()
    result = bring("customers", ["name", "Alpha"], {"name": "name"})
    assert counts(result) == (0, 0, 0, 1)


def test_related_rows_are_found_by_code_or_name_and_missing_ones_told(
    bring: Bring, session: Session
) -> None:
    session.add_all([Region(code="n", name="North"), Region(code="s", name="South")])
    session.commit()
    lines = ["name,region", "A,N", "B,south", "C,west"]
    result = bring("customers", lines, {"name": "name", "region": "region"})
    assert counts(result) == (2, 0, 0, 1)
    assert result.errors[0][:2] == (4, "region")
    assert [c.region.code for c in session.scalars(select(Customer).order_by(Customer.name))] == [
        "n",
        "s",
    ]


def test_words_that_do_not_exist_are_added_where_that_is_allowed(
    bring: Bring, session: Session
) -> None:
    session.add(Tag(name="大客户"))
    session.commit()
    lines = ["name,tags,source", "A,大客户、重点,展会", "B,重点;new,展会"]
    fields = {"name": "name", "tags": "tags", "source": "source"}
    result = bring("customers", lines, fields, create_missing=["tags", "source"])
    assert counts(result) == (2, 0, 0, 0)
    assert set(session.scalars(select(Tag.name))) == {"大客户", "重点", "new"}
    again = bring("customers", lines, fields, create_missing=["tags", "source"])
    assert counts(again) == (0, 0, 2, 0)


def test_rows_may_point_at_later_rows_of_the_file(bring: Bring, session: Session) -> None:
    lines = ["code,name,parent", "c,C,b", "b,B,a", "a,A,", "x,X,nowhere"]
    fields = {"code": "code", "name": "name", "parent": "parent"}
    result = bring("teams", lines, fields)
    assert counts(result) == (3, 0, 0, 1)
    team = session.scalars(select(Team).where(Team.code == "c")).one()
    assert team.parent.parent.code == "a"
    assert counts(bring("teams", lines[:4], fields)) == (0, 0, 3, 0)


def test_an_address_is_added_once_and_then_changed_in_place(bring: Bring, session: Session) -> None:
    fields = {
        "code": "code",
        "name": "name",
        "country": "country",
        "addresses.kind": {"text": "office"},
        "addresses.country": "country",
        "addresses.street": "street",
        "addresses.city": "city",
    }
    lines = ["code,name,country,street,city", "A,Alpha,DE,Street 1,Berlin", "B,Beta,DE,,"]
    assert counts(bring("customers", lines, fields)) == (2, 0, 0, 0)
    lines[1] = "A,Alpha,DE,Street 2,Berlin"
    assert counts(bring("customers", lines, fields)) == (0, 1, 1, 0)
    address = session.scalars(select(CustomerAddress)).one()
    assert (address.street, address.country, address.customer.code) == ("Street 2", "DE", "A")


def test_other_addresses_stay(bring: Bring, session: Session) -> None:
    customer = Customer(name="Alpha", code="A")
    customer.addresses = [CustomerAddress(kind="home", street="Home 1")]
    session.add(customer)
    session.commit()
    fields = {"code": "code", "addresses.kind": {"text": "office"}, "addresses.street": "street"}
    bring("customers", ["code,street", "A,Office 1"], fields, mode="update")
    session.expire_all()
    assert [(a.kind, a.street) for a in customer.addresses] == [
        ("home", "Home 1"),
        ("office", "Office 1"),
    ]


def test_half_an_address_is_refused(bring: Bring) -> None:
    fields = {"name": "name", "addresses.city": "city"}
    result = bring("customers", ["name,city", "Alpha,Berlin"], fields)
    assert counts(result) == (0, 0, 0, 1)


def test_contacts_are_found_within_their_customer(bring: Bring, session: Session) -> None:
    session.add_all([Customer(name="Alpha", code="A"), Customer(name="Beta", code="B")])
    session.commit()
    fields = {"customer": "customer", "name": "name", "job_title": "title"}
    lines = ["customer,name,title", "A,Lee,Boss", "B,Lee,Clerk"]
    assert counts(bring("contacts", lines, fields)) == (2, 0, 0, 0)
    assert counts(bring("contacts", [*lines[:2], "B,Lee,Head"], fields)) == (0, 1, 1, 0)
    titles = session.scalars(select(Contact.job_title).order_by(Contact.id)).all()
    assert titles == ["Boss", "Head"]


@pytest.mark.parametrize(
    ("options", "notes"), [({}, None), ({"keep_filled": True}, "old"), ({"empty": ["new"]}, None)]
)
def test_empty_cells_clear_unless_told_otherwise(
    bring: Bring, session: Session, options: dict[str, Any], notes: str | None
) -> None:
    session.add(Customer(name="Alpha", code="A", notes="old", tier="vip"))
    session.commit()
    cell = "new" if "empty" in options else ""
    fields = {"code": "code", "notes": "notes", "tier": "tier"}
    bring("customers", ["code,notes,tier", f"A,{cell},"], fields, mode="update", **options)
    customer = session.scalars(select(Customer)).one()
    # A tier there always is: nothing can be cleared.
    assert (customer.notes, customer.tier) == (notes, "vip")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("create", (1, 0, 1, 0)), ("update", (0, 1, 0, 1)), ("both", (1, 1, 0, 0))],
)
def test_an_import_may_be_held_to_new_or_to_existing_rows(
    bring: Bring, session: Session, mode: str, expected: tuple[int, ...]
) -> None:
    session.add(Customer(name="Alpha", code="A"))
    session.commit()
    lines = ["code,name", "A,Alpha 2", "B,Beta"]
    assert (
        counts(bring("customers", lines, {"code": "code", "name": "name"}, mode=mode)) == expected
    )


def test_a_split_address_is_put_together_again(bring: Bring, session: Session) -> None:
    lines = ["code,name,address,city", "A,Pavlova, Ltd.,Street, 5,Berlin", "B,Beta,Road 1,2,Rome"]
    fields = {
        "code": "code",
        "name": "name",
        "addresses.street": "address",
        "addresses.city": "city",
    }
    assert counts(bring("customers", lines, fields, overflow="address")) == (2, 0, 0, 0)
    rows = session.execute(
        select(Customer.name, CustomerAddress.street, CustomerAddress.city)
        .join(CustomerAddress.customer)
        .order_by(Customer.code)
    ).all()
    assert rows == [("Pavlova, Ltd.", "Street, 5", "Berlin"), ("Beta", "Road 1,2", "Rome")]


def test_what_our_own_export_guards_comes_back_as_it_was(bring: Bring, session: Session) -> None:
    bring("customers", ["name,notes", "Alpha,'=1+1"], {"name": "name", "notes": "notes"})
    assert session.scalars(select(Customer.notes)).one() == "=1+1"


@pytest.mark.parametrize("resource", ["customers", "teams"])
def test_a_trial_counts_and_writes_nothing(bring: Bring, session: Session, resource: str) -> None:
    session.add(Customer(name="Alpha", code="a"))
    session.commit()
    before = audit_rows(session)
    fields = {"code": "code", "name": "name"}
    lines = ["code,name,parent", "a,Alpha,", "b,Beta,a", "b,Again,"]
    if resource == "teams":
        fields["parent"] = "parent"
    result = bring(resource, lines, fields, dry_run=True)
    assert counts(result) == ((1, 0, 1, 1) if resource == "customers" else (2, 0, 0, 1))
    assert session.scalar(select(func.count(Customer.id))) == 1
    assert session.scalar(select(func.count(Team.id))) == 0
    assert audit_rows(session) == before


def test_an_import_goes_on_where_it_was_interrupted(
    bring: Bring, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH", 10)
    lines = [LINES[0], *(f"C{n},Name {n},vip,{n}" for n in range(35))]
    seen: list[int] = []

    def commit(_result: ImportResult, line: int) -> None:
        session.commit()
        seen.append(line)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring("customers", lines, CUSTOMER, commit=commit)
    session.rollback()
    assert session.scalar(select(func.count(Customer.id))) == 20
    result = bring("customers", lines, CUSTOMER, after=seen[-1], result=ImportResult(created=20))
    assert counts(result) == (35, 0, 0, 0)
    assert session.scalar(select(func.count(Customer.id))) == 35


def test_rows_are_read_no_further_than_the_file_can_be(bring: Bring, session: Session) -> None:
    result = bring("customers", ["name", "Alpha", '"Beta', "Gamma"], {"name": "name"})
    assert counts(result) == (1, 0, 0, 1)
    assert result.errors[0].line == 0
