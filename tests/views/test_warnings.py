"""A form says what probably exists already, and why, before it saves; nothing of a colleague's."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from app.entities.customers import Contact, Customer
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]


def test_the_form_names_the_record_and_the_reason(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        session.add(Customer(name="示例科技有限公司", code="C77", email="a@example.com"))
    boss = visitor("administrator", locale="en")
    answer = boss.post(
        "/customers/new",
        name="示例科技",
        kind="company",
        country="CN",
        tier="potential",
        lifecycle_stage="prospect",
        email="A@example.com",
    )
    assert "示例科技有限公司 (C77) looks the same: Same name, Same e-mail." in answer.text
    with inside(app) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 1


def test_a_contact_of_the_same_customer_is_told_of(app: Flask, visitor: Visitors) -> None:
    with inside(app) as session:
        customer, other = Customer(name="示例"), Customer(name="别的")
        session.add_all([customer, other, Contact(name="王伟", customer=customer)])
        session.flush()
        keys = customer.id, other.id
    boss = visitor("administrator", locale="en")
    told = boss.post("/contacts/new", name="王伟", customer=str(keys[0]))
    assert "王伟 looks the same: Same name, Belongs to the same record." in told.text
    assert boss.post("/contacts/new", name="王伟", customer=str(keys[1])).status_code == 302
