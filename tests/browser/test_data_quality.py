"""Two files of one customer: ticked, compared, merged, and separated again with one click."""

import re
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from app.entities.customers import Contact, Customer
from app.entities.system.user import User
from tests.browser.conftest import PHONE
from tests.browser.person import Person
from tests.callers import inside

Arrive = Callable[..., Person]


def twice(app: Flask) -> None:
    """A customer of the manager, written twice."""
    with inside(app) as session:
        manager = session.scalars(select(User).where(User.username == "demo_sales_manager")).one()
        for name, phone in (("演示重复", None), ("演示重复有限公司", "13800138000")):
            row = Customer(name=name, phone=phone, owner=manager)
            session.add_all([row, Contact(name=f"{name}的联系人", customer=row)])


def test_two_files_are_made_one_and_separated_again(app: Flask, arrive: Arrive) -> None:
    twice(app)
    me = arrive("sales_manager", locale="en")
    page = me.open("/customers/?q=演示重复")
    for box in page.locator("[name=rowid]").all():
        box.check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".quality-keep input:checked")).to_have_count(1)
    page.get_by_label("演示重复", exact=True).check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page).to_have_url(re.compile(r"/customers/\d+$"))
    expect(me.toast()).to_contain_text("2 records are one now")
    with inside(app) as session:
        (row,) = session.scalars(select(Customer).where(Customer.name.startswith("演示重复")))
        assert (row.name, row.phone, len(row.contacts)) == ("演示重复", "13800138000", 2)

    me.toast().get_by_role("button", name="Undo").click()
    expect(me.toast()).to_contain_text("The records are separate.")
    me.open("/customers/?q=演示重复")
    expect(page.locator("[name=rowid]")).to_have_count(2)


def test_gaps_open_their_customers_on_a_phone(app: Flask, arrive: Arrive) -> None:
    twice(app)
    me = arrive("sales_manager", locale="en", size=PHONE)
    page = me.open("/quality/")
    gap = page.locator(".quality-gap", has_text="No e-mail")
    expect(gap).to_be_visible()
    gap.click()
    box = page.locator("tr", has_text="演示重复有限公司").locator("[name=rowid]")
    box.check()
    page.get_by_role("button", name="Ticked ones verified today").click()
    expect(me.toast()).to_contain_text("1 customers are verified")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
