"""Every change leaves one line that says who, what, from and to; what is no change leaves none."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.entities.customers import Contact, Customer, CustomerAddress, Tag
from app.entities.system.audit import AuditEntry
from app.entities.system.organization import Region
from app.lowcode.principal import Principal, acting_as, system
from app.rules.customers import Tier
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


def lines(session: Session, entity: str, action: str | None = None) -> list[AuditEntry]:
    statement = select(AuditEntry).where(AuditEntry.entity == entity).order_by(AuditEntry.id)
    if action:
        statement = statement.where(AuditEntry.action == action)
    return list(session.scalars(statement))


def only_update(session: Session, entity: str = "Customer") -> dict[str, Any]:
    (line,) = lines(session, entity, "update")
    return line.changes


@pytest.fixture
def customer(session: Session) -> Customer:
    row = Customer(
        name="示例公司",
        phone="010 6552 9988",
        tier=Tier.ORDINARY,
        credit_limit=Decimal("12.50"),
        cooperation_since=date(2020, 1, 31),
        tags=[Tag(name="old"), Tag(name="kept")],
    )
    session.add(row)
    session.commit()
    return row


def test_a_new_row_is_written_down_with_its_values(session: Session, customer: Customer) -> None:
    (line,) = lines(session, "Customer")
    assert line.action == "create"
    assert line.entity_id == customer.id
    assert line.label == "示例公司"
    assert line.changes["credit_limit"] == [None, "12.50"]
    assert line.changes["cooperation_since"] == [None, "2020-01-31"]
    assert line.changes["tier"] == [None, "ordinary"]
    # neither what the product derives nor what stands in the line itself
    assert not line.changes.keys() & {"name_key", "phone_key", "created_on", "version", "id"}


def test_a_change_keeps_old_and_new_of_exactly_the_columns_that_changed(
    session: Session, customer: Customer
) -> None:
    customer.tier = Tier.VIP
    customer.credit_limit = Decimal("0.10")
    customer.cooperation_since = None
    customer.phone = "010 6552 9988"
    session.commit()
    assert only_update(session) == {
        "tier": ["ordinary", "vip"],
        "credit_limit": ["12.50", "0.10"],
        "cooperation_since": ["2020-01-31", None],
    }


@pytest.mark.parametrize("loaded", [True, False])
@pytest.mark.parametrize("by_object", [True, False])
def test_a_relation_is_written_down_whether_set_by_object_or_by_key(
    session: Session, customer: Customer, by_object: bool, loaded: bool
) -> None:
    first, second = Region(code="N", name="North"), Region(code="S", name="South")
    session.add_all([first, second])
    customer.region = first
    session.commit()
    keys = [first.id, second.id]
    if loaded:
        assert customer.region is first
    if by_object:
        customer.region = second
    else:
        customer.region_id = second.id
    session.commit()
    assert lines(session, "Customer", "update")[-1].changes == {"region_id": keys}
    assert customer.region is second


def test_a_relation_to_a_row_of_the_same_flush_is_written_down_with_its_key(
    session: Session, customer: Customer
) -> None:
    customer.region = Region(code="N", name="North")
    session.commit()
    assert only_update(session) == {"region_id": [None, customer.region_id]}
    assert customer.region_id is not None


def test_tags_are_written_down_as_sets_and_move_the_version(
    session: Session, customer: Customer
) -> None:
    before = customer.version
    kept = next(tag for tag in customer.tags if tag.name == "kept")
    customer.tags = [kept, Tag(name="new")]
    session.commit()
    assert only_update(session) == {"tags": [["kept", "old"], ["kept", "new"]]}
    assert customer.version == before + 1


@pytest.mark.parametrize("known", ["loaded", "expired"])
def test_what_stays_the_same_is_no_change(session: Session, customer: Customer, known: str) -> None:
    """Setting the same values again: no line, no new version, no new changed moment."""
    before = (customer.version, customer.changed_on)
    values = {
        "name": customer.name,
        "tier": Tier.ORDINARY,
        "credit_limit": Decimal("12.5"),
        "cooperation_since": date(2020, 1, 31),
        "region": None,
        "tags": list(customer.tags),
    }
    if known == "expired":
        session.expire(customer)
    for name, value in values.items():
        setattr(customer, name, value)
    session.commit()
    assert lines(session, "Customer", "update") == []
    assert (customer.version, customer.changed_on) == before


def test_the_old_value_is_known_even_where_nobody_had_read_it(
    session: Session, customer: Customer
) -> None:
    session.expire(customer)
    customer.name = "新名字"
    session.commit()
    assert only_update(session) == {"name": ["示例公司", "新名字"]}


def test_a_deleted_row_keeps_its_last_values_in_the_trail(
    session: Session, customer: Customer
) -> None:
    key = customer.id
    session.delete(customer)
    session.commit()
    line = lines(session, "Customer", "delete")[0]
    assert line.entity_id == key
    assert line.label == "示例公司"
    assert line.changes["credit_limit"] == ["12.50", None]
    assert line.changes["name"] == ["示例公司", None]


def test_lines_that_go_with_their_record_are_written_down_too(
    session: Session, customer: Customer
) -> None:
    customer.addresses.append(CustomerAddress(street="Example Street 1"))
    session.commit()
    customer.addresses.clear()
    session.commit()
    actions = [line.action for line in lines(session, "CustomerAddress")]
    assert actions == ["create", "delete"]


def test_who_acts_stands_in_the_line_with_their_address(
    session: Session, customer: Customer
) -> None:
    user = make_user(session, name="李 示例")
    someone = Principal(user.id, "李 示例", is_administrator=True, address="192.0.2.7")
    with acting_as(someone):
        customer.notes = "by a person"
        session.commit()
    with system("import customers"):
        customer.notes = "by a job"
        session.commit()
    person, job = lines(session, "Customer", "update")
    assert (person.user_id, person.actor, person.address) == (user.id, "李 示例", "192.0.2.7")
    assert (job.user_id, job.actor, job.address) == (None, "import customers", None)
    assert customer.changed_by_id == user.id  # the last person; a job is nobody


def test_stamps_say_who_made_and_who_last_changed_a_row(session: Session) -> None:
    maker, changer = make_user(session, name="maker"), make_user(session, name="changer")
    with acting_as(Principal(maker.id, "maker", is_administrator=True)):
        row = Region(code="N", name="North")
        session.add(row)
        session.commit()
    before = row.changed_on
    with acting_as(Principal(changer.id, "changer", is_administrator=True)):
        row.name = "Far north"
        session.commit()
    assert (row.created_by_id, row.changed_by_id) == (maker.id, changer.id)
    assert row.changed_on >= before
    assert row.created_on <= datetime.now(UTC)
    assert row.version == 2


def test_a_row_that_failed_inside_a_savepoint_leaves_no_line(
    session: Session, customer: Customer
) -> None:
    """An import goes on with the next row; the trail must not tell of the refused one."""
    session.add(Region(code="N", name="North"))
    session.commit()
    for code in ("N", "S"):
        try:
            with session.begin_nested():
                session.add(Region(code=code, name=f"Region {code}"))
        except IntegrityError:
            assert code == "N"
    session.commit()
    created = [line.changes["code"][1] for line in lines(session, "Region", "create")]
    assert created == ["N", "S"]
    assert all(line.entity_id for line in lines(session, "Region"))


def test_a_rolled_back_change_leaves_no_line(session: Session, customer: Customer) -> None:
    customer.name = "x"
    session.flush()
    session.rollback()
    customer.notes = "y"
    session.commit()
    assert only_update(session) == {"notes": [None, "y"]}


def test_derived_columns_follow_and_are_not_written_down(
    session: Session, customer: Customer
) -> None:
    customer.name = "示例（北京）有限公司"
    session.commit()
    assert set(only_update(session)) == {"name"}
    stored = session.execute(text("SELECT name_key FROM customer")).scalar()
    assert stored == customer.name_key != ""


def test_a_change_of_a_users_roles_moves_the_users_version(session: Session) -> None:
    user = make_user(session, "sales")
    before = (user.version, user.changed_on)
    user.roles = []
    session.commit()
    assert user.version == before[0] + 1
    assert user.changed_on > before[1]
    assert lines(session, "User", "update")[-1].changes == {"roles": [["sales"], []]}


def test_passwords_never_stand_in_the_trail(session: Session) -> None:
    user = make_user(session, "sales")
    user.password = "scrypt:secret"
    session.commit()
    assert "scrypt" not in str([line.changes for line in lines(session, "User")])


def test_contacts_are_trailed_as_rows_of_their_own(session: Session, customer: Customer) -> None:
    contact = Contact(name="张三", customer=customer)
    session.add(contact)
    session.commit()
    (line,) = lines(session, "Contact")
    assert line.changes["customer_id"] == [None, customer.id]
