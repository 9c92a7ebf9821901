"""A day of a small company: a deal becomes money, a question a rating, and the figures agree."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.extensions import db
from app.lowcode.principal import system
from seed import reference
from tests.browser import small_company
from tests.browser.conftest import DESK, PHONE, served
from tests.browser.person import Person
from tests.browser.records import act, fact, offered, paper, read_pdf, state_of
from tests.browser.small_company import (
    CUSTOMER,
    DEAL,
    LAMP,
    OTHERS_CUSTOMER,
    OTHERS_DEAL,
    OTHERS_TASK,
    OTHERS_TICKET,
    TASK,
)
from tests.databases import SQLiteFile, build_app, dispose

Arrive = Callable[..., Person]
TICKET, SOLUTION, PRAISE = "有一盏灯闪烁", "更换了灯座", "处理得很快"
#: four of the five lamps at 100.00 less 10 percent, and 13 percent tax
NET, TOTAL = "360.00", "406.80"
#: where rows of a colleague could show
SCREENS = (
    "/", "/customers/", "/deals/", "/deals/?layout=board", "/sales-orders/", "/payments/",
    "/tickets/", "/tasks/", "/my-day/", "/funnel/",
)  # fmt: skip
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"


@pytest.fixture(scope="module")
def _company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, SQLiteFile]]:
    folder = tmp_path_factory.mktemp("selling")
    kept = SQLiteFile(folder)
    product = build_app(kept, folder / "var")
    with product.app_context(), system("tests"):
        reference.seed(db.session)
        small_company.fill(db.session)
    dispose(product)
    kept.keep()
    yield product, kept
    kept.close()


@pytest.fixture(scope="module")
def _address(_company: tuple[Flask, SQLiteFile]) -> Iterator[str]:
    with served(_company[0]) as address:
        yield address


def test_the_day_of_a_small_company(arrive: Arrive) -> None:
    seller, service, finance = arrive("sales"), arrive("service"), arrive("finance")
    move_the_deal_on_the_board(seller)
    deal = seller.page.url
    order = make_an_order_of_the_won_deal(seller)
    confirm_no_more_than_is_there(seller, order)
    send_the_goods(arrive("warehouse"))
    take_the_money(finance, order)
    finish_the_order(seller, order)
    ticket = answer_the_customer(service)

    see_the_funnel(seller)
    see_the_satisfaction(service)
    assert stock_of_the_lamp(seller) == ["1", "0", "1"]
    see_what_the_stock_is_worth(finance, seller)
    read_the_papers(seller, finance, order)
    do_the_task_of_today(seller)
    see_nothing_of_a_colleague(seller)
    see_the_whole_team(arrive("sales_manager"))
    for size in (DESK, PHONE):
        look_at(arrive("sales_manager", locale="en", theme="dark", size=size), deal, order, ticket)


# selling --------------------------------------------------------------------------
def move_the_deal_on_the_board(me: Person) -> None:
    page = me.open("/deals/?layout=board")
    columns = page.locator(".board-column")
    first, third = columns.nth(0), columns.nth(2)
    expect(first.locator(".total")).to_have_text("400.00")

    # A few steps: a drag begins when the pointer has really moved.
    first.locator(".board-card").hover()
    page.mouse.down()
    third.locator(".board-cards").hover(position={"x": 60, "y": 40})
    third.locator(".board-cards").hover(position={"x": 80, "y": 60})
    page.mouse.up()
    expect(me.toast()).to_contain_text("报价")
    expect(third.locator(".board-card")).to_contain_text(DEAL)
    expect(third.locator(".total")).to_have_text("400.00")

    third.locator(".board-card .title").click()
    expect(state_of(me)).to_have_text("报价")
    expect(page.locator(".facts")).to_contain_text("200.00")  # weighted with the stage's 50 percent


def make_an_order_of_the_won_deal(me: Person) -> str:
    """The address of the order, still a draft."""
    expect(me.page.locator(".page-actions button:not(.btn-glyph)").first).to_have_text("标记为赢单")
    act(me, "win")
    expect(state_of(me)).to_have_text("签约")
    act(me, "order")

    # The draft stands ready: the deal's product at the deal's amount, from the only warehouse.
    expect(me.picker("customer").locator(".item")).to_have_text(CUSTOMER)
    expect(me.picker("lines-0-product").locator(".item")).to_have_text(LAMP)
    expect(me.picker("warehouse").locator(".item")).to_contain_text("主仓")
    expect(me.field("lines-0-unit_price")).to_have_value("400.00")
    me.field("lines-0-quantity").fill("6")
    me.field("lines-0-unit_price").fill("100")
    me.field("lines-0-discount_rate").fill("10%")
    expect(me.field("lines-0-net_amount")).to_have_value("540.00")
    expect(me.page.locator("[data-totals] dd").last).to_have_text("610.20")
    me.save()
    expect(me.page.locator(".record-head")).to_be_visible()
    return me.page.url


def confirm_no_more_than_is_there(me: Person, order: str) -> None:
    act(me, "confirm")
    expect(me.toast()).to_contain_text(LAMP)
    expect(me.toast()).to_contain_text("6")
    expect(me.toast()).to_contain_text("5")
    expect(me.page).to_have_url(order)
    assert stock_of_the_lamp(me) == ["5", "0", "5"]

    me.open(f"{order}/edit")
    me.field("lines-0-quantity").fill("4")
    me.save()
    expect(fact(me, 1)).to_have_text(TOTAL)
    quotation = paper(me, "quotation")
    assert all(text in quotation for text in (CUSTOMER, LAMP, TOTAL))
    act(me, "confirm")
    expect(state_of(me)).to_have_text("已确认")
    expect(offered(me, "ship")).to_have_count(0)  # the warehouse's work
    assert stock_of_the_lamp(me) == ["5", "4", "1"]


def send_the_goods(me: Person) -> None:
    page = me.open("/goods/")
    parcel = page.locator("#goods-out .parcels > li")
    expect(parcel).to_have_count(1)
    expect(parcel).to_contain_text(CUSTOMER)
    expect(parcel.locator(".parcel-lines")).to_contain_text(f"4 × {LAMP}")
    address = parcel.locator("a[target=_blank]").get_attribute("href")
    note = read_pdf(me, address)
    assert LAMP in note
    assert not any(price in note for price in ("100.00", "90.00", NET, TOTAL))
    parcel.locator("form button").click()
    page.locator("#confirm [data-yes]").click()
    expect(parcel).to_have_count(0)


def take_the_money(me: Person, order: str) -> None:
    me.open(order)
    act(me, "register_payment")
    expect(me.field("amount")).to_have_value(TOTAL)
    me.field("amount").fill("1000")
    me.field("method").select_option(index=1)
    me.save()
    # Nothing that was typed is lost with the refusal.
    expect(me.page.locator("main")).to_contain_text(TOTAL)
    expect(me.field("amount")).to_have_value("1000")
    me.field("amount").fill(TOTAL)
    me.save()
    expect(me.page).to_have_url(order)
    expect(fact(me, 2)).to_have_text(TOTAL)
    expect(fact(me, 3)).to_have_text("0.00")
    expect(offered(me, "register_payment")).to_have_count(0)


def finish_the_order(me: Person, order: str) -> None:
    me.open(order)
    expect(state_of(me)).to_have_text("已发货")
    act(me, "complete")
    expect(state_of(me)).to_have_text("完成")


# serving --------------------------------------------------------------------------
def answer_the_customer(me: Person) -> str:
    """The address of the ticket, resolved and rated."""
    page = me.open("/customers/?q=" + CUSTOMER)
    page.locator("#list tbody td.title").get_by_text(CUSTOMER).click()
    page.get_by_role("tab", name="工单").click()
    page.locator("#panel-tickets").get_by_role("link", name="新建").click()
    expect(me.picker("customer").locator(".item")).to_have_text(CUSTOMER)
    me.field("subject").fill(TICKET)
    me.choose("product", LAMP)
    me.save()
    expect(state_of(me)).to_have_text("新建")
    ticket = page.url

    act(me, "start")
    expect(state_of(me)).to_have_text("进行中")
    act(me, "resolve")
    me.save()
    expect(me.message_beside("solution")).to_be_visible()
    me.field("solution").fill(SOLUTION)
    me.save()
    expect(state_of(me)).to_have_text("已解决")
    act(me, "rate")
    page.locator(".scale").get_by_text("4", exact=True).click()
    me.field("rating_comment").fill(PRAISE)
    me.save()
    expect(fact(me, 5)).to_have_text("4")
    expect(page.locator("#panel-details")).to_contain_text(SOLUTION)
    return ticket


# the screens that count -----------------------------------------------------------
def see_the_funnel(me: Person) -> None:
    page = me.open("/funnel/")
    tiles = page.locator(".tiles strong")
    expect(tiles).to_have_text(["0", "0.00", "0.00", "400.00", "100.0%", "0"])
    won = page.locator(".funnel-stages tbody tr", has_text="签约").locator("td")
    expect(won.nth(0)).to_have_text("1")
    expect(won.nth(1)).to_have_text("400.00")
    tiles.nth(3).click()
    expect(page.locator("#list tbody td.title")).to_have_text([DEAL])


def see_the_satisfaction(me: Person) -> None:
    page = me.open("/satisfaction/")
    expect(page.locator(".tiles strong")).to_have_text(["75.0", "75.0", "100.0", "—", "1"])
    expect(page.locator(".tiles .tile").first).to_contain_text("回答太少")
    page.locator(".tiles .tile").first.click()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#list tbody tr")).to_contain_text(CUSTOMER)


def stock_of_the_lamp(me: Person) -> list[str]:
    """On hand, reserved and available."""
    return stock_row_of_the_lamp(me)[:3]


def stock_row_of_the_lamp(me: Person) -> list[str]:
    """What the overview tells of the lamp after its name."""
    page = me.open("/stock/")
    cells = page.locator("tr", has_text=LAMP).locator("td").all_inner_texts()
    return [text.strip() for text in cells[cells.index(LAMP) + 1 :]]


def see_what_the_stock_is_worth(finance: Person, seller: Person) -> None:
    """What goods cost is hidden from who sells them, and so is the value of the stock."""
    assert stock_row_of_the_lamp(finance)[-1] == "60.00"
    expect(finance.page.locator("main")).to_contain_text("库存金额")
    printed = read_pdf(finance, "/reports/stock-list.pdf?values=1")
    assert LAMP in printed
    assert "60.00" in printed

    assert "60.00" not in stock_row_of_the_lamp(seller)
    expect(seller.page.locator("main")).to_contain_text(LAMP)
    expect(seller.page.locator("main")).not_to_contain_text("库存金额")
    printed = read_pdf(seller, "/reports/stock-list.pdf?values=1")
    assert LAMP in printed
    assert "60.00" not in printed


def read_the_papers(seller: Person, finance: Person, order: str) -> None:
    seller.open(order)
    printed = paper(seller, "sales_order")
    assert all(text in printed for text in (CUSTOMER, LAMP, NET, TOTAL))
    finance.open("/customers/?q=" + CUSTOMER)
    finance.page.locator("#list tbody td.title").get_by_text(CUSTOMER).click()
    expect(finance.page.locator(".record-head")).to_contain_text(CUSTOMER)
    statement = paper(finance, "customer_statement")
    assert statement.count(TOTAL) >= 2  # what was owed and what was paid
    assert "余额CNY0.00" in statement


def do_the_task_of_today(me: Person) -> None:
    page = me.open("/my-day/")
    due = page.locator(".due-list li")
    expect(due).to_have_count(1)
    expect(due).to_contain_text(TASK)
    due.locator("form button").click()
    expect(me.toast()).to_contain_text(TASK)
    expect(due).to_have_count(0)


def see_nothing_of_a_colleague(me: Person) -> None:
    """What a colleague has stands on none of these screens, and is in none of their sums."""
    for path in SCREENS:
        page = me.open(path)
        for theirs in (OTHERS_CUSTOMER, OTHERS_DEAL, OTHERS_TASK, OTHERS_TICKET, "900.00"):
            expect(page.locator("main")).not_to_contain_text(theirs)
    expect(me.open("/customers/").locator("#list tbody tr")).to_have_count(1)
    expect(me.open("/sales-orders/").locator("#list tbody tr")).to_have_count(1)


def see_the_whole_team(me: Person) -> None:
    page = me.open("/funnel/")
    figures = ["1", "900.00", "90.00", "400.00", "100.0%", "0"]
    expect(page.locator(".tiles strong")).to_have_text(figures)
    orders = me.open("/sales-orders/").locator("#list tbody tr")
    expect(orders).to_have_count(2)
    expect(orders.filter(has_text=OTHERS_CUSTOMER)).to_have_count(1)


def look_at(me: Person, *addresses: str) -> None:
    """Each page fits its window, speaks English and is dark."""
    for address in addresses:
        page = me.open(address)
        wide, window = page.evaluate(WIDTHS)
        assert wide <= window, address
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        expect(state_of(me)).to_be_in_viewport()
        expect(page.get_by_role("tab", name="Details")).to_be_visible()
