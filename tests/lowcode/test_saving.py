"""Saving: nobody's change is lost, nothing is half saved, and what nobody changed stays."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import app.models  # noqa: F401 - every table is mapped before the first is asked
from app.entities.catalog import Product, ProductComponent
from app.entities.customers import Contact, Customer, CustomerAddress, Interaction, Tag
from app.entities.system.audit import AuditEntry
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.importing.targets import screen_for
from app.lowcode.screens.saving import FieldErrors, save
from app.rules.customers import Tier
from app.views.customers import CustomerView
from tests.callers import inside
from tests.forms import fields_of
from tests.lowcode.test_statements import counted
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def key(app: Flask) -> int:
    """A customer with two addresses."""
    with inside(app) as session:
        customer = Customer(name="示例公司", tier=Tier.ORDINARY, notes="line 1\nline 2")
        customer.addresses = [
            CustomerAddress(street="Street 1"),
            CustomerAddress(street="Street 2"),
        ]
        session.add(customer)
        session.flush()
        return customer.id


def form_of(person: Visitor, key: int, resource: str = "customers") -> dict[str, str]:
    """What the browser would send back for the edit form as it stands."""
    address = f"/{resource}/{key}/edit"
    fields = fields_of(person.get(address).text, address)
    fields.pop("csrf_token")
    return {name: value for name, value in fields.items() if "__index__" not in name}


def stored(app: Flask, model: Any, key: int, *names: str) -> Any:
    with inside(app) as session:
        row = session.get_one(model, key)
        values = tuple(getattr(row, name) for name in names)
    return values if len(values) > 1 else values[0]


def trail(app: Flask) -> int:
    with inside(app) as session:
        return len(
            session.scalars(select(AuditEntry.id).where(AuditEntry.action != "sign_in")).all()
        )


# how much is asked ------------------------------------------------------------------
def test_a_new_record_takes_few_statements(app: Flask, visitor: Visitors) -> None:
    """Who asks, the rows that the form names, the row, likely duplicates; the form's key, the row's
    entry in the index, and the trail, its end and the entry: on PostgreSQL all four at once."""
    boss = visitor("administrator", locale="en")
    fields = fields_of(boss.get("/customers/new").text, "/customers/new")
    fields = {name: value for name, value in fields.items() if "__index__" not in name}
    for code in ("first", "second"):  # what is known of the trail's end comes with the first
        with counted(app) as asked:
            typed = {"code": code, "name": f"{code} company", "key": code}
            assert boss.post("/customers/new", **fields | typed).status_code == 302
    is_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    assert len(asked) == (8 if is_sqlite else 5), "\n".join(asked)


# two people -----------------------------------------------------------------------
def test_the_second_of_two_saves_is_told_and_keeps_what_was_typed(
    app: Flask, visitor: Visitors, key: int
) -> None:
    first, second = visitor("administrator", locale="en"), visitor("administrator", locale="en")
    typed = form_of(second, key)
    answer = first.post(f"/customers/{key}/edit", **form_of(first, key) | {"tier": "vip"})
    assert answer.status_code == 302
    typed |= {"name": "Renamed <b>by the second", "notes": "typed\nby the second"}
    answer = second.post(f"/customers/{key}/edit", **typed)
    assert answer.status_code == 409
    assert "Somebody else changed this record" in answer.text
    assert "VIP" in answer.text
    assert stored(app, Customer, key, "tier", "name") == (Tier.VIP, "示例公司")
    again = fields_of(answer.text, f"/customers/{key}/edit")
    assert again["name"] == "Renamed <b>by the second"
    assert again["notes"].strip() == "typed\nby the second"
    # What only one of them changed is chosen already.
    again.pop("csrf_token")
    answer = second.post(f"/customers/{key}/edit", **again)
    assert answer.status_code == 302
    assert stored(app, Customer, key, "name", "tier") == ("Renamed <b>by the second", Tier.VIP)


def test_a_change_of_lines_alone_is_a_change_of_the_record(
    app: Flask, visitor: Visitors, key: int
) -> None:
    first, second = visitor("administrator"), visitor("administrator")
    old = form_of(second, key)
    changed = form_of(first, key) | {"addresses-0-street": "moved"}
    assert first.post(f"/customers/{key}/edit", **changed).status_code == 302
    assert second.post(f"/customers/{key}/edit", **old).status_code == 409
    with inside(app) as session:
        streets = session.scalars(select(CustomerAddress.street).order_by(CustomerAddress.id)).all()
    assert streets == ["moved", "Street 2"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_save_that_falls_between_reading_and_writing_is_told_too(
    app: Flask, visitor: Visitors, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite there is no such moment: whoever will write begins by taking the file."""
    boss = visitor("administrator", locale="en")
    typed = form_of(boss, key) | {"notes": "mine"}

    def meanwhile(_view: Any, _item: Any, _is_new: bool) -> None:
        with db.engine.begin() as other:
            other.execute(text("UPDATE customer SET notes = 'theirs', version = version + 1"))

    monkeypatch.setattr(CustomerView, "pre_save", meanwhile)
    answer = boss.post(f"/customers/{key}/edit", **typed)
    assert answer.status_code == 409
    for value in ("theirs", "mine"):
        assert f'name="notes" value="{value}" required>' in answer.text
    assert stored(app, Customer, key, "notes") == "theirs"


# what nobody changed --------------------------------------------------------------
@pytest.fixture
def rows(app: Flask, key: int) -> dict[str, int]:
    with inside(app) as session:
        customer = session.get_one(Customer, key)
        contact = Contact(name="张三", customer=customer, phone="not a phone at all")
        talk = Interaction(
            subject="s", customer=customer, contact=contact, happened_on=now_utc(), content="a\nb"
        )
        part, whole = Product(code="P", name="part"), Product(code="W", name="whole")
        whole.components = [ProductComponent(component=part, quantity=2)]
        session.add_all([talk, whole])
        session.flush()
        keys = {"customers": key, "contacts": contact.id, "interactions": talk.id}
        keys["products"] = whole.id
    return keys


@pytest.mark.parametrize("resource", ["customers", "contacts", "interactions", "products"])
def test_saving_an_untouched_form_changes_nothing(
    app: Flask, visitor: Visitors, rows: dict[str, int], resource: str
) -> None:
    """Seconds that an input does not show, line ends of browsers, values no longer valid."""
    boss = visitor("administrator")
    before = trail(app)
    fields = form_of(boss, rows[resource], resource)
    fields = {name: value.replace("\n", "\r\n") for name, value in fields.items()}
    answer = boss.post(f"/{resource}/{rows[resource]}/edit", **fields)
    assert answer.status_code == 302, answer.text
    assert trail(app) == before
    assert form_of(boss, rows[resource], resource)["version"] == fields["version"]


# refused saves --------------------------------------------------------------------
def test_a_refused_save_shows_everything_that_was_typed(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    typed = {
        "name": "“Name” & <i>sign</i>",
        "kind": "company",
        "tier": "vip",
        "lifecycle_stage": "new",
        "country": "CN",
        "credit_limit": "twelve",
        "cooperation_since": "31 February",
        "email": "nobody",
        "notes": "first\nsecond",
        "do_not_contact": "y",
        "addresses-0-kind": "billing",
        "addresses-0-country": "CN",
        "addresses-0-street": "",
        "addresses-0-city": "Example City",
    }
    answer = boss.post("/customers/new", **typed)
    assert answer.status_code == 422
    shown = fields_of(answer.text, "/customers/new")
    for name, value in typed.items():
        assert shown[name].strip() == value, name
    for text_ in ("is not a number", "is not a date", "Please fill in this field."):
        assert text_ in answer.text
    with inside(app) as session:
        assert session.scalars(select(Customer)).all() == []


def test_fields_of_another_kind_are_neither_asked_for_nor_saved(
    app: Flask, visitor: Visitors, key: int
) -> None:
    boss = visitor("administrator")
    fields = form_of(boss, key) | {
        "kind": "individual",
        "occupation": "engineer",
        "legal_representative": "nobody",
    }
    assert boss.post(f"/customers/{key}/edit", **fields).status_code == 302
    kept = stored(app, Customer, key, "occupation", "legal_representative")
    assert kept == ("engineer", None)


def test_a_value_already_in_use_is_said_beside_its_field(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    tag = {"name": "key", "color": "blue", "position": "0", "is_active": "y"}
    assert boss.post("/tags/new", **tag).status_code == 302
    answer = boss.post("/tags/new", **tag)
    assert answer.status_code == 422
    assert "Name: this value is already in use." in answer.text
    assert "UNIQUE" not in answer.text


@pytest.mark.parametrize("is_new", [True, False])
def test_a_value_in_use_costs_nothing_before_the_savepoint(session: Session, is_new: bool) -> None:
    held = [Tag(name="first"), Tag(name="second")]
    session.add_all(held)
    session.flush()
    item = Tag() if is_new else held[1]
    typed = {"name": "first", "color": "blue", "position": 0, "is_active": True}
    with pytest.raises(FieldErrors) as refusal, session.begin_nested():
        save(screen_for("tags"), item, typed, is_new=is_new)
    assert [*refusal.value.errors] == ["name"]
    assert session.scalars(select(Tag.name).order_by(Tag.id)).all() == ["first", "second"]


def test_a_line_that_another_record_owns_is_refused(
    app: Flask, visitor: Visitors, key: int
) -> None:
    with inside(app) as session:
        other = Customer(name="other", addresses=[CustomerAddress(street="theirs")])
        session.add(other)
        session.flush()
        foreign = other.addresses[0].id
    boss = visitor("administrator")
    fields = form_of(boss, key) | {"addresses-0-id": str(foreign), "addresses-0-street": "mine"}
    assert boss.post(f"/customers/{key}/edit", **fields).status_code == 422
    assert stored(app, CustomerAddress, foreign, "street") == "theirs"


def test_lines_are_changed_added_and_removed_in_one_save(
    app: Flask, visitor: Visitors, key: int
) -> None:
    boss = visitor("administrator")
    fields = form_of(boss, key)
    kept = fields["addresses-1-id"]
    fields = {name: value for name, value in fields.items() if not name.startswith("addresses-0-")}
    fields |= {"addresses-1-street": "changed", "addresses-7-street": "new"}
    fields |= {"addresses-7-kind": "office", "addresses-7-country": "CN"}
    fields |= {"addresses-8-street": "", "addresses-8-city": " "}  # an empty row is no row
    assert boss.post(f"/customers/{key}/edit", **fields).status_code == 302
    with inside(app) as session:
        lines = session.execute(
            select(CustomerAddress.id, CustomerAddress.street).order_by(CustomerAddress.id)
        ).all()
    assert [street for _key, street in lines] == ["changed", "new"]
    assert lines[0][0] == int(kept)


def test_more_lines_than_a_form_takes_are_refused_and_none_is_lost(
    app: Flask, visitor: Visitors, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.lowcode.screens.forms.MOST_LINES", 1)
    boss = visitor("administrator", locale="en")
    answer = boss.post(f"/customers/{key}/edit", **form_of(boss, key))
    assert answer.status_code == 422
    assert "At most 1 lines, please." in answer.text
    with inside(app) as session:
        assert len(session.scalars(select(CustomerAddress)).all()) == 2


# new rows -------------------------------------------------------------------------
def test_a_new_record_starts_with_defaults_its_maker_and_the_addresss_wishes(
    app: Flask, visitor: Visitors, key: int
) -> None:
    boss = visitor("administrator")
    fields = fields_of(boss.get("/customers/new").text, "/customers/new")
    assert fields["kind"] == "company"
    assert fields["owner"] == str(boss.user_id)
    page = boss.get(f"/contacts/new?customer={key}&name=张三").text
    fields = fields_of(page, "/contacts/new")
    assert (fields["customer"], fields["name"]) == (str(key), "张三")


def test_a_record_saved_without_an_owner_belongs_to_its_maker(
    app: Flask, visitor: Visitors
) -> None:
    seller = visitor("sales")
    fields = fields_of(seller.get("/customers/new").text, "/customers/new")
    fields |= {"name": "新客户", "owner": "", "team": ""}
    answer = seller.post("/customers/new", **fields)
    assert answer.status_code == 302, answer.text
    assert seller.get(answer.location).status_code == 200  # still in sight of its maker


def test_a_wish_for_somebody_elses_row_is_refused_and_never_saved(
    app: Flask, visitor: Visitors, key: int
) -> None:
    seller = visitor("sales", locale="en")
    page = seller.get(f"/contacts/new?customer={key}")
    assert page.status_code == 200
    assert "does not exist or is not yours" in page.text
    assert "示例公司" not in page.text
    answer = seller.post(f"/contacts/new?customer={key}", name="x", customer=key)
    assert answer.status_code == 422
    with inside(app) as session:
        assert session.scalars(select(Contact)).all() == []


def test_a_dialog_answers_with_the_new_row(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator")
    tag = {"name": "key", "color": "blue", "position": "0", "is_active": "y"}
    answer = boss.post("/tags/new?dialog=1", **tag)
    assert answer.json == {"value": "1", "label": "key"}
    refused = boss.post("/tags/new?dialog=1", **tag)
    assert refused.status_code == 422
    assert "<html" not in refused.text
