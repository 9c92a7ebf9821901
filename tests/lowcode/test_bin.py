"""The recycle bin: what was deleted comes back as it was, or it is said what is in the way."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Boolean, Date, Integer, String, inspect, select

from app.entities.catalog import Product
from app.entities.customers import Contact, Customer, CustomerAddress, CustomerSource, Tag
from app.entities.sales.deal import Deal
from app.entities.sales.order import SalesOrder, SalesOrderLine
from app.entities.sales.pipeline import Competitor
from app.entities.system.audit import AuditEntry
from app.entities.system.bin import BinEntry
from app.entities.system.organization import Team
from app.entities.system.record import Attachment, Note
from app.entities.types import ChoiceType, Money, Quantity, UTCDateTime
from app.lowcode import bin
from app.lowcode.principal import acting_as
from app.lowcode.security.identity import principal_for
from app.lowcode.snapshots import columns_of, values_of
from app.rules.customers import Tier
from app.rules.errors import DomainError
from app.services.sales.deals import check_deal
from seed import reference
from tests.callers import Caller, inside
from tests.factories import make_user
from tests.forms import fields_of
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("database")


def a_customer(session: Any, **values: Any) -> Customer:
    customer = Customer(
        name="示例公司",
        tier=Tier.VIP,
        credit_limit=Decimal("1234.50"),
        cooperation_since=date(2020, 2, 29),
        do_not_contact=True,
        tags=[Tag(name="重点"), Tag(name="外地")],
        addresses=[CustomerAddress(street="解放路 1 号", is_default=True)],
        **values,
    )
    session.add(customer)
    session.flush()
    session.add(Note(entity="Customer", entity_id=customer.id, text="remember"))
    session.commit()
    return customer


def stored(session: Any, row: Any) -> dict[str, Any]:
    session.expire_all()
    return {**values_of(row), "version": None}


def delete(session: Any, row: Any) -> BinEntry:
    session.delete(row)
    session.commit()
    return session.scalars(select(BinEntry).order_by(BinEntry.id.desc())).first()


def test_a_deleted_row_comes_back_with_all_that_is_one_with_it(app: Flask) -> None:
    with inside(app) as session:
        customer = a_customer(session)
        key, made = customer.id, customer.created_on
        tags = [tag.id for tag in customer.tags]
        before = [stored(session, row) for row in (customer, *customer.addresses)]
        version = customer.version
        entry = delete(session, customer)
        assert (entry.entity, entry.entity_id, entry.label) == ("Customer", key, "示例公司")
        assert session.get(Customer, key) is None
        bin.restore(session, [entry])
        session.commit()
        customer = session.get_one(Customer, key)
        assert [stored(session, row) for row in (customer, *customer.addresses)] == before
        assert (customer.created_on, [tag.id for tag in customer.tags]) == (made, tags)
        assert customer.version > version
        assert session.scalars(select(Note.text).where(Note.entity_id == key)).all() == ["remember"]
        assert session.scalars(select(BinEntry)).all() == []
        actions = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.entity == "Customer", AuditEntry.entity_id == key)
            .order_by(AuditEntry.id)
        )
        assert [action.value for action in actions] == ["create", "delete", "restore"]


def test_an_order_comes_back_with_its_lines(app: Flask) -> None:
    with inside(app) as session:
        customer = a_customer(session)
        product = Product(name="示例产品", sale_price=Decimal("9.99"))
        order = SalesOrder(customer=customer, order_date=date(2026, 3, 4))
        order.lines = [
            SalesOrderLine(product=product, quantity=Decimal("2.5"), unit_price=Decimal("9.99"))
        ]
        session.add(order)
        session.commit()
        before = [stored(session, row) for row in (order, *order.lines)]
        key = order.id
        bin.restore(session, [delete(session, order)])
        order = session.get_one(SalesOrder, key)
        assert [stored(session, row) for row in (order, *order.lines)] == before


def test_links_from_the_other_side_come_back(app: Flask) -> None:
    with inside(app) as session:
        customer = a_customer(session)
        tag = customer.tags[0]
        entry = delete(session, tag)
        assert len(customer.tags) == 1
        bin.restore(session, [entry])
        session.expire_all()
        assert len(customer.tags) == 2


def test_a_line_taken_out_of_a_record_that_stays_is_no_entry(app: Flask) -> None:
    with inside(app) as session:
        customer = a_customer(session)
        customer.addresses.clear()
        session.commit()
        assert session.scalars(select(BinEntry)).all() == []


def test_unique_values_of_binned_rows_are_free(app: Flask) -> None:
    with inside(app) as session:
        session.add(CustomerSource(code="X", name="Fair"))
        session.commit()
        first = session.scalars(select(CustomerSource).where(CustomerSource.code == "X")).one()
        entry = delete(session, first)
        other = CustomerSource(code="X", name="Fairs")
        session.add(other)
        session.commit()
        with pytest.raises(DomainError) as refused:
            bin.restore(session, [entry])
        session.rollback()
        said = {name: str(value) for name, value in refused.value.arguments.items()}
        assert (said["name"], said["value"], said["other"]) == ("Fair", "X", "Fairs")
        other.code = "Y"
        session.commit()
        bin.restore(session, [session.get_one(BinEntry, entry.id)])
        session.commit()


def test_what_may_be_empty_is_left_empty_when_its_row_is_gone(app: Flask) -> None:
    with inside(app) as session:
        source = CustomerSource(code="X", name="Fair")
        customer = a_customer(session, source=source)
        key, entry = customer.id, delete(session, customer)
        delete(session, source)
        (restored,) = bin.restore(session, [entry])
        assert len(restored.emptied) == 1
        assert session.get_one(Customer, key).source is None


def test_what_belongs_to_a_deleted_row_waits_for_it(app: Flask) -> None:
    with inside(app) as session:
        customer = a_customer(session)
        contact = Contact(customer=customer, name="张示例")
        session.add(contact)
        session.commit()
        contact_key, customer_key = contact.id, customer.id
        first = delete(session, contact)
        second = delete(session, customer)
        with pytest.raises(DomainError) as refused:
            bin.restore(session, [first])
        session.rollback()
        assert refused.value.arguments["other"] == "示例公司"
        bin.restore(session, [first, second])
        session.commit()
        assert session.get_one(Contact, contact_key).customer_id == customer_key


def test_the_key_of_a_deleted_row_is_never_given_again(app: Flask) -> None:
    with inside(app) as session:
        first = a_customer(session)
        key = first.id
        delete(session, first)
        session.add(Customer(name="另一家"))
        session.commit()
        assert session.scalar(select(Customer.id).where(Customer.name == "另一家")) > key


def test_every_stored_column_can_be_written_and_read_back(app: Flask) -> None:
    """A new type of column must be thought about before its rows are deleted."""
    known = (Integer, String, Boolean, JSON, Date, UTCDateTime, Money, Quantity, ChoiceType)
    with inside(app):
        for model in bin.binned_models():
            for name, column in columns_of(model):
                assert isinstance(column.type, known), (model, name)


# files ----------------------------------------------------------------------------
def test_files_wait_in_the_bin_and_go_with_it(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        key = a_customer(session).id
    boss.post(f"/customers/{key}/files", file=(BytesIO(b"%PDF-1.7 x"), "a.pdf"))
    with inside(app) as session:
        attachment = session.scalars(select(Attachment)).one()
        name, file = attachment.stored_name, attachment.id
    path = app.extensions["kehu_settings"].attachments / name
    boss.post(f"/customers/{key}/delete")
    assert path.is_file()
    with inside(app) as session:
        bin.restore(session, session.scalars(select(BinEntry)).all())
    assert boss.get(f"/customers/{key}/files/{file}", buffered=True).data == b"%PDF-1.7 x"
    boss.post(f"/customers/{key}/delete")
    with inside(app) as session:
        bin.purge(session, session.scalars(select(BinEntry)).all())
        assert path.is_file()  # not before the commit
    assert not path.exists()


def test_old_entries_are_forgotten(app: Flask) -> None:
    with inside(app) as session:
        old = delete(session, a_customer(session))
        old.deleted_on = datetime.now(UTC) - timedelta(days=31)
        session.add(Tag(name="neu"))
        session.commit()
        delete(session, session.scalars(select(Tag).where(Tag.name == "neu")).one())
        assert bin.purge_old(session) == 1
        assert session.scalars(select(BinEntry.label)).all() == ["neu"]


# who sees what --------------------------------------------------------------------
def test_an_entry_is_seen_by_whose_rows_it_was_and_who_may_delete(app: Flask) -> None:
    with inside(app) as session:
        team, other = Team(code="A", name="A"), Team(code="B", name="B")
        session.add_all([team, other])
        session.commit()
        manager = make_user(session, "sales_manager", team=team)
        stranger = make_user(session, "sales_manager", team=other)
        seller = make_user(session, "sales", team=team)  # may not delete customers
        delete(session, a_customer(session, owner=seller))
        people = {user.id: principal_for(user.id) for user in (manager, stranger, seller)}
        seen = {}
        for key, person in people.items():
            with acting_as(person):
                seen[key] = session.scalars(select(BinEntry.label)).all()
        assert seen == {manager.id: ["示例公司"], stranger.id: [], seller.id: []}


# the screen -----------------------------------------------------------------------
def test_deleting_offers_to_undo_it(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        key = a_customer(session).id
    boss.post(f"/customers/{key}/delete")
    page = boss.get("/customers/").text
    with inside(app) as session:
        entry = session.scalars(select(BinEntry)).one().id
    assert f'action="/bin-entries/{entry}/undo"' in page
    own = boss.get(f"/bin-entries/{entry}").text
    assert "object at" not in own
    assert f"{entry}/notes" not in own
    answer = boss.post(f"/bin-entries/{entry}/undo")
    assert answer.location == f"/customers/{key}"
    assert boss.get(f"/customers/{key}").status_code == 200
    assert boss.post(f"/bin-entries/{entry}/undo").status_code == 404


def test_a_value_that_is_taken_by_now_can_be_another_one(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        session.add(customer := Customer(name="Old", code="C-1"))
        session.commit()
        key, entry = customer.id, delete(session, customer).id
        session.add_all([Customer(name="New", code="C-1"), Customer(name="Third", code="C-2")])
    asked = boss.post("/bin-entries/action/restore", rowid=entry, **{"from": "record"})
    assert asked.status_code == 409
    assert "C-1 is in use by New" in asked.text
    action = f"/bin-entries/{entry}/restore"
    form = fields_of(asked.text, action)
    assert (form["column"], form["code"]) == ("code", "C-1")
    empty = boss.post(action, **form | {"code": ""})
    assert (empty.status_code, fields_of(empty.text, action)["code"]) == (422, "")
    again = boss.post(action, **form | {"code": "C-2"})
    assert again.status_code == 409
    assert "C-2 is in use by Third" in again.text
    done = boss.post(action, **fields_of(again.text, action) | {"code": "C-3"})
    assert (done.status_code, done.location) == (302, f"/customers/{key}")
    with inside(app) as session:
        assert session.get_one(Customer, key).code == "C-3"
        assert session.scalars(select(BinEntry)).all() == []
    assert boss.post(f"/bin-entries/{entry}/restore", column="code").status_code == 404


def test_no_other_column_is_changed_on_the_way_back(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        entry = delete(session, a_customer(session)).id
    boss = visitor("administrator")
    answer = boss.post(f"/bin-entries/{entry}/restore", column="credit_limit", credit_limit="9")
    assert answer.status_code == 400
    stranger = visitor("sales")
    assert stranger.post(f"/bin-entries/{entry}/restore", column="code", code="X").status_code in {
        403,
        404,
    }


def test_a_manager_restores_own_rows_and_none_of_others(app: Flask, visitor: Visitors) -> None:
    manager = visitor("sales_manager", locale="en")
    with inside(app) as session:
        mine = delete(session, a_customer(session, owner_id=manager.user_id)).id
        other = delete(session, _foreign(session)).id
    page = manager.get("/bin-entries/").text
    assert "示例公司" in page
    assert "foreign" not in page
    assert manager.get(f"/bin-entries/{other}").status_code == 404
    assert manager.post("/bin-entries/action/restore", rowid=other).status_code == 404
    assert manager.post("/bin-entries/action/restore", rowid=mine).status_code == 302
    assert manager.post("/bin-entries/action/purge", rowid=other).status_code == 403
    with inside(app) as session:
        assert session.scalars(select(Customer.name)).all() == ["示例公司"]


def _foreign(session: Any) -> Customer:
    row = Customer(name="foreign")
    session.add(row)
    session.commit()
    return row


def test_what_is_still_used_says_by_what(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        customer = a_customer(session)
        session.add_all([Contact(customer=customer, name=f"P{n}") for n in range(3)])
        session.flush()
        key = customer.id
    boss.post(f"/customers/{key}/delete")
    assert "Contacts 3" in boss.get(f"/customers/{key}").text
    caller = Caller(app, "administrator", locale="en")
    answer = caller.delete(f"customers/{key}")
    assert answer.status_code == 409
    assert "Contacts 3" in answer.json["message"]
    with inside(app) as session:
        assert session.scalars(select(BinEntry)).all() == []


def test_links_that_hold_a_record_are_named(app: Flask, visitor: Visitors) -> None:
    boss = visitor("administrator", locale="en")
    with inside(app) as session:
        reference.seed(session)
        rival = Competitor(name="Rival")
        deals = [Deal(title=f"d{n}", competitors=[rival]) for n in range(2)]
        for deal in deals:
            check_deal(session, deal, is_new=True, by_id=None, now=datetime.now(UTC))
        session.add_all(deals)
        session.flush()
        key = rival.id
    boss.post(f"/competitors/{key}/delete")
    assert "Deals 2" in boss.get(f"/competitors/{key}").text


def test_the_bin_tells_no_values_of_what_it_holds(app: Flask) -> None:
    caller = Caller(app, "administrator", locale="en")
    with inside(app) as session:
        entry = delete(session, a_customer(session)).id
    assert "1234.5" not in caller.get(f"bin-entries/{entry}").text
    assert "1234.5" not in caller.get("bin-entries", fields="data").text


def test_every_row_in_the_bin_has_a_key_of_its_own_for_ever(app: Flask) -> None:
    with app.app_context():
        for model in bin.binned_models():
            options = inspect(model).local_table.dialect_options["sqlite"]
            assert options["autoincrement"] is True, model
