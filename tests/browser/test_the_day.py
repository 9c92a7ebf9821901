"""A day with the product: somebody with nothing but the browser brings customers in and works."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from playwright.sync_api import expect
from python_calamine import load_workbook

from tests.browser.person import Person
from tests.factories import PASSWORD

CSV = """客户名称,客户等级,电话,信用额度,生命周期
晨光文具有限公司,VIP,010-65520001,"120,000",新客户
北辰光学仪器厂,普通,010-65520002,8000,新客户
没有等级的公司,金牌,010-65520003,1,新客户
"""
BOOKS, OPTICS = "晨光文具有限公司", "北辰光学仪器厂"


def test_the_day(arrive: Callable[..., Person], app: Flask, file: Callable[..., Path]) -> None:
    me = arrive(None)
    me.sign_in("demo_sales_manager", PASSWORD)
    expect(me.page.locator(".greeting h2")).to_contain_text("您好，演示销售经理")

    import_customers(me, app, file("新客户.csv", CSV))
    find_by_two_characters(me)
    add_contact_and_interaction(me)
    change_tiers_on_the_board(me)
    see_rows_behind_a_bar(me)
    export_what_is_filtered(me)

    switch_to_english(me)
    me.sign_out()
    expect(me.page.get_by_role("button", name="Sign in")).to_be_visible()
    be_refused(me)


def import_customers(me: Person, app: Flask, path: Path) -> None:
    page = me.open("/customers/")
    page.get_by_role("button", name="导入与导出").click()
    page.get_by_role("link", name="导入文件").click()
    page.locator("[name=file]").set_input_files(path)
    page.get_by_role("button", name="上传").click()

    chosen = page.locator("[name=column-0] option:checked")
    expect(chosen).to_have_text(re.compile("名称"))
    page.get_by_role("button", name="预览").click()

    failed = page.locator("tr.failed")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("金牌")
    page.get_by_role("button", name="导入 3 行").click()

    expect(page.locator("#import-progress progress")).to_be_visible()
    assert app.extensions["kehu_jobs"].run_pending() == 1
    # The page asks by itself until the job has ended.
    counts = page.locator("#import-progress .import-counts strong")
    expect(counts).to_have_text(["2", "0", "0", "0", "1"])
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    _header, bad = rows_of(download.value.path())
    assert {4.0, "没有等级的公司"} < set(bad)
    page.get_by_role("link", name="前往列表").click()


def find_by_two_characters(me: Person) -> None:
    page = me.page
    page.locator("[name=q]").fill("晨光")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#list tbody tr")).to_contain_text(BOOKS)
    expect(page.locator("#list-count")).to_have_text("1")

    page.keyboard.press("Control+k")
    page.keyboard.type("晨光")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text(BOOKS)
    page.keyboard.press("Enter")
    expect(page.locator(".record-head h2")).to_contain_text(BOOKS)


def add_contact_and_interaction(me: Person) -> None:
    page = me.page
    record = page.url

    page.get_by_role("tab", name="联系人").click()
    page.locator("#panel-contacts").get_by_role("link", name="新建").click()
    expect(me.picker("customer").locator(".item")).to_have_text(BOOKS)
    me.field("name").fill("演示林女士")
    me.field("mobile").fill("１３８ 0000 0001")
    me.save()

    page.goto(record)
    page.get_by_role("tab", name="联系人").click()
    expect(page.locator("#panel-contacts tbody tr")).to_contain_text("演示林女士")
    expect(page.locator("#panel-contacts tbody tr")).to_contain_text("13800000001")

    page.get_by_role("tab", name="跟进记录").click()
    page.locator("#panel-interactions").get_by_role("link", name="新建").click()
    me.choose("contact", "演示林")
    me.field("channel").select_option(label="电话")
    me.field("subject").fill("问了开学季的数量")
    me.field("next_step_date").fill("3月5日")
    me.save()

    page.goto(record)
    page.get_by_role("tab", name="跟进记录").click()
    row = page.locator("#panel-interactions tbody tr")
    expect(row).to_contain_text("问了开学季的数量")
    expect(row).to_contain_text("-03-05")
    expect(page.locator(".timeline")).to_contain_text("问了开学季的数量")


def change_tiers_on_the_board(me: Person) -> None:
    page = me.open("/customers/?layout=board&board=0&q=北辰")
    ordinary, potential, vip = (
        page.locator(f".board-column[data-value={tier}]")
        for tier in ("ordinary", "potential", "vip")
    )
    expect(ordinary.locator(".total")).to_have_text("8,000.00")

    # A few steps: a drag begins when the pointer has really moved.
    ordinary.locator(".board-card").hover()
    page.mouse.down()
    potential.locator(".board-cards").hover(position={"x": 60, "y": 40})
    potential.locator(".board-cards").hover(position={"x": 80, "y": 60})
    page.mouse.up()
    expect(potential.locator(".board-card")).to_contain_text(OPTICS)
    expect(potential.locator(".total")).to_have_text("8,000.00")
    expect(me.toast()).to_contain_text("潜在")

    page.get_by_role("button", name=f"移动 {OPTICS}").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".board-card .dropdown-item:focus")).to_have_text("VIP")
    page.keyboard.press("Enter")
    # The card is there at once; the totals say that the server agrees.
    expect(vip.locator(".total")).to_have_text("8,000.00")

    page.reload()
    expect(vip.locator(".board-card")).to_contain_text(OPTICS)


def see_rows_behind_a_bar(me: Person) -> None:
    page = me.open("/customers/")
    add_filter(me, "创建时间", "今天")
    expect(page.locator(".chip")).to_have_text(re.compile("创建时间.*今天", re.DOTALL))
    today = page.locator("#list-count").inner_text()

    page.locator("#list-layouts [href*='layout=chart']").click()
    me.settle()
    expect(page.locator(".chip")).to_contain_text("今天")
    labels = page.locator("[data-chart] svg text", has_text="VIP")
    # The bar of a label stands above it.
    spot = labels.bounding_box()
    assert spot is not None
    page.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] - 25)
    expect(page.locator("#list tbody tr", has_text=BOOKS)).to_be_visible()
    expect(page.locator(".chip")).to_have_count(2)
    assert int(page.locator("#list-count").inner_text()) <= int(today)


def export_what_is_filtered(me: Person) -> None:
    page = me.open("/customers/")
    add_filter(me, "创建时间", "今天")
    expect(page.locator(".chip")).to_have_count(1)
    page.locator("[name=q]").fill("公司")
    expect(page.locator("#list")).to_have_attribute("data-q", "公司")
    shown = page.locator("#list tbody td.title").all_inner_texts()
    assert BOOKS in shown
    assert OPTICS not in shown

    page.get_by_role("button", name="导入与导出").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    _header, *rows = rows_of(download.value.path())
    assert [row[0] for row in rows] == shown


def switch_to_english(me: Person) -> None:
    page = me.open("/customers/")
    page.locator(".user-button").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".page-title")).to_contain_text("Customers")
    expect(page.get_by_role("link", name="New", exact=True)).to_be_visible()


def be_refused(me: Person) -> None:
    me.sign_in("demo_warehouse", PASSWORD)
    expect(me.page.locator(".sidebar")).to_contain_text("演示")
    expect(me.page.locator(".sidebar [href='/customers/']")).to_have_count(0)
    answer = me.page.goto("/customers/")
    assert answer is not None
    assert answer.status == 403
    expect(me.page.locator(".message-page")).to_contain_text("403")
    expect(me.page.locator("body")).not_to_contain_text(BOOKS)


def add_filter(me: Person, field: str, preset: str) -> None:
    me.page.get_by_role("button", name="添加筛选").click()
    me.page.locator("#filter-menu").get_by_role("button", name=field, exact=True).click()
    me.page.locator(".filter-panel:visible").get_by_role("button", name=preset, exact=True).click()


def rows_of(path: Path) -> list[list[object]]:
    """The rows of the first sheet of a workbook, its header first."""
    return load_workbook(str(path)).get_sheet_by_index(0).to_python()
