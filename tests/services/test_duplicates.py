"""Two files of one customer are found, and nothing of a colleague's file is told."""

import pytest
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.purchasing import Supplier
from app.entities.system.user import User
from app.lowcode.principal import DataScope, Principal, acting_as
from app.services.duplicates import find_duplicates

pytestmark = pytest.mark.usefixtures("database")


def person(session: Session, name: str) -> User:
    user = User(
        username=name, first_name=name, last_name="", email=f"{name}@example.com", active=True
    )
    session.add(user)
    session.flush()
    return user


def seller(user: User) -> Principal:
    return Principal(user.id, user.username, scopes={"Customer": DataScope.OWN})


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ({"name": "示例科技有限公司"}, {"name": "示例 科技"}),  # blanks and the legal form
        ({"name": "Example Trading Co., Ltd."}, {"name": "ＥＸＡＭＰＬＥ trading"}),
        (
            {"name": "示例甲", "phone": "13800138000"},
            {"name": "示例乙", "phone": "+86 138 0013 8000"},
        ),
        (
            {"name": "示例甲", "tax_number": "91350100M000100Y43"},
            {"name": "示例乙", "tax_number": "91350100M000100Y43"},
        ),
    ],
)
def test_the_same_customer_is_found_before_it_is_saved(
    session: Session, written: dict[str, str], again: dict[str, str]
) -> None:
    first = Customer(**written)
    session.add(first)
    session.flush()
    assert find_duplicates(session, Customer(**again)).visible == (first,)


@pytest.mark.parametrize(
    "other",
    [
        {"name": "示例科技（上海）有限公司"},
        {"name": "别的名字"},  # neither has a phone or a tax number: nothing in common
    ],
)
def test_another_customer_is_not_a_duplicate(session: Session, other: dict[str, str]) -> None:
    session.add(Customer(name="示例科技有限公司"))
    session.flush()
    assert not find_duplicates(session, Customer(**other))


def test_a_saved_customer_is_no_duplicate_of_itself(session: Session) -> None:
    customer = Customer(name="示例科技有限公司", phone="010-65520000")
    session.add(customer)
    session.flush()
    assert not find_duplicates(session, customer)


def test_a_colleagues_customer_is_counted_but_not_shown(session: Session) -> None:
    mine, theirs = person(session, "first"), person(session, "second")
    session.add(Customer(name="示例科技", owner=theirs))
    session.flush()
    session.expire_all()
    with acting_as(seller(mine)):
        found = find_duplicates(session, Customer(name="示例科技有限公司"))
    assert (found.visible, found.hidden) == ((), 1)


def test_suppliers_are_compared_with_suppliers(session: Session) -> None:
    supplier = Supplier(name="示例纸业有限公司")
    session.add_all([supplier, Customer(name="示例纸业")])
    session.flush()
    assert find_duplicates(session, Supplier(name="示例纸业")).visible == (supplier,)
