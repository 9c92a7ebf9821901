"""Two people in one record, a session that ends, a dialog closed by mistake: nothing is lost."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from app.entities.customers import Customer
from tests.browser.conftest import DESK, PHONE
from tests.browser.person import Person
from tests.callers import inside
from tests.factories import PASSWORD

Arrive = Callable[..., Person]
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture
def key(app: Flask) -> int:
    with inside(app) as session:
        return session.scalars(select(Customer.id).order_by(Customer.id)).first() or 0


def notes_of(app: Flask, key: int) -> str | None:
    with inside(app) as session:
        return session.get_one(Customer, key).notes


@pytest.mark.parametrize(
    ("size", "locale", "theme"),
    [
        pytest.param(DESK, "zh", "light", id="desk-zh"),
        pytest.param(DESK, "en", "dark", id="desk-en"),
        pytest.param(PHONE, "zh", "dark", id="phone-zh"),
        pytest.param(PHONE, "en", "light", id="phone-en"),
    ],
)
def test_the_second_editor_chooses_and_saves(
    arrive: Arrive, app: Flask, key: int, size: tuple[int, int], locale: str, theme: str
) -> None:
    first = arrive("sales_manager")
    second = arrive(locale=locale, size=size, theme=theme)
    page = second.open(f"/customers/{key}/edit")
    first.open(f"/customers/{key}/edit")
    first.field("notes").fill("第一个人写的")
    first.field("tax_number").fill("")
    first.save()
    expect(first.page.locator(".record-head")).to_be_visible()

    second.field("notes").fill("第二个人写的")
    second.field("needs").fill("第二个人的需求")
    second.save()
    rows = page.locator(".merge tbody tr")
    expect(rows.filter(has_text="第二个人写的")).to_contain_text("第一个人写的")
    expect(page.locator("[name=needs]:checked")).to_have_value("第二个人的需求")
    assert page.evaluate(FITS)
    # Without a choice nothing is sent.
    second.save()
    expect(rows.first).to_be_visible()
    page.get_by_label("第一个人写的").check()
    second.save()
    expect(page.locator(".record-head")).to_be_visible()
    assert notes_of(app, key) == "第一个人写的"
    with inside(app) as session:
        assert session.get_one(Customer, key).needs == "第二个人的需求"


def test_leaving_the_comparison_asks(arrive: Arrive, key: int) -> None:
    first, second = arrive("sales_manager"), arrive()
    page = second.open(f"/customers/{key}/edit")
    first.open(f"/customers/{key}/edit")
    first.field("notes").fill("1")
    first.save()
    expect(first.page.locator(".record-head")).to_be_visible()
    second.field("notes").fill("2")
    second.save()
    page.locator("[data-leave]").click()
    expect(page.locator("#confirm")).to_contain_text("未保存")
    page.locator("#confirm [value=no]").click()
    page.locator("[name=review]").click()
    expect(second.field("needs")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_session_that_ended_brings_the_form_back(
    arrive: Arrive, app: Flask, key: int, size: tuple[int, int]
) -> None:
    me = arrive(size=size)
    page = me.open(f"/customers/{key}/edit")
    me.field("notes").fill("两行\n输入")
    me.context.clear_cookies()
    me.save()
    expect(page.locator("[name=password]")).to_be_visible()
    page.locator("[name=username]").fill("administrator")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action='/login/'] [type=submit]").click()
    expect(me.field("notes")).to_have_value("两行\n输入")
    assert notes_of(app, key) != "两行\n输入"
    page.locator("[data-leave]").click()
    expect(page.locator("#confirm")).to_contain_text("未保存")
    page.locator("#confirm [value=no]").click()
    me.save()
    expect(page.locator(".record-head")).to_be_visible()
    assert (notes_of(app, key) or "").splitlines() == ["两行", "输入"]


def test_a_dialog_with_something_in_it_is_not_closed_by_mistake(arrive: Arrive) -> None:
    me = arrive()
    page = me.open("/customers/new")
    dialog, question = page.locator("#form-dialog"), page.locator("#confirm")

    def open_dialog() -> None:
        me.picker("industry").click()
        me.picker("industry").locator("input").press_sequentially("低空")
        page.locator(".ts-dropdown:visible .create").click()
        expect(dialog.locator("[name=name]")).to_be_focused()

    open_dialog()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()  # nothing was typed into it
    open_dialog()
    dialog.locator("[name=code]").fill("low")
    page.keyboard.press("Escape")
    expect(question).to_be_visible()
    question.locator("[value=no]").click()
    expect(dialog.locator("[name=code]")).to_have_value("low")
    dialog.locator("[data-dialog-close]").click()
    question.locator("[value=yes]").click()
    expect(dialog).to_be_hidden()


def test_lines_are_cards_on_a_phone(arrive: Arrive) -> None:
    me = arrive(size=PHONE)
    page = me.open("/sales-orders/new")
    page.locator("[data-line-add]").click()
    me.settle()
    wrap = page.locator(".lines-wrap")
    assert wrap.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert page.evaluate(FITS)
    expect(me.field("lines-0-quantity")).to_be_visible()
