"""The frame around every page: palette, shortcuts, preferences, news, rights, the manual."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from app.entities.system.user import Role, User
from app.lowcode.notifications import notify
from tests.browser.conftest import PHONE
from tests.browser.person import Person
from tests.callers import inside

Arrive = Callable[..., Person]


def test_the_palette_leads_to_screens_and_records_and_remembers_them(arrive: Arrive) -> None:
    me = arrive("sales_manager")
    page = me.open("/")
    page.locator("[data-palette-open]").click()
    palette = page.locator("#palette")
    expect(palette.locator("input")).to_be_focused()
    page.keyboard.type("联系")
    expect(palette.locator("[aria-selected=true]")).to_contain_text("联系人")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/contacts/$"))

    page.keyboard.press("Control+k")
    # Faster than the answer: Enter is meant for what was typed, not for what still stands there.
    page.keyboard.type("C00002")
    page.keyboard.press("Enter")
    expect(page.locator(".record-head")).to_contain_text("C00002")

    # What was opened last stands first, for this person and in no store of this browser.
    name = page.locator(".record-head h2").inner_text().split()[0]
    page.keyboard.press("Control+k")
    expect(palette.locator("[aria-selected=true]")).to_contain_text(name)
    assert name not in page.evaluate("JSON.stringify([sessionStorage, localStorage])")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_the_palette_offers_nothing_out_of_reach(arrive: Arrive) -> None:
    me = arrive("warehouse")
    page = me.open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("C00002")
    expect(page.locator("#palette .palette-empty")).to_be_visible()


def test_single_keys_work_outside_of_fields_only(arrive: Arrive) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/")
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()
    page.keyboard.type("n?")
    expect(page.locator("[name=q]")).to_have_value("n?")
    expect(page.locator("#shortcuts")).to_be_hidden()

    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_contain_text("快捷键")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/customers/new$"))

    page.goto("/customers/2")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/customers/2/edit$"))


def test_language_theme_and_density_stay_with_the_person(arrive: Arrive, app: Flask) -> None:
    me = arrive("sales")
    page = me.open("/customers/")
    whole = page.locator("html")
    row = page.locator("#list tbody tr").first
    comfortable = height(row)

    page.locator(".user-button").click()
    saved = "**/preferences"
    with page.expect_response(saved):
        page.get_by_role("button", name="深色").click()
    expect(whole).to_have_attribute("data-bs-theme", "dark")
    with page.expect_response(saved):
        page.get_by_role("button", name="紧凑").click()
    assert height(row) < comfortable
    page.get_by_role("button", name="English").click()
    expect(whole).to_have_attribute("lang", "en")

    with inside(app) as session:
        user = session.scalars(select(User).where(User.username == "demo_sales")).one()
        assert (user.locale, user.theme, user.density) == ("en", "dark", "compact")
    # On another machine it is the same.
    elsewhere = arrive("sales", locale="en", theme="dark").open("/customers/")
    expect(elsewhere.locator("html")).to_have_attribute("data-density", "compact")
    expect(elsewhere.locator(".page-title")).to_contain_text("Customers")


def height(row: Locator) -> float:
    box = row.bounding_box()
    assert box is not None
    return box["height"]


def test_a_dark_system_gets_a_dark_sign_in(arrive: Arrive) -> None:
    stranger = arrive(None, theme="dark")
    expect(stranger.open("/login/").locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_bell_counts_shows_and_forgets(arrive: Arrive, app: Flask) -> None:
    with inside(app) as session:
        user = session.scalars(select(User).where(User.username == "demo_sales")).one()
        notify(session, [user.id], "Import finished: %(name)s", url="/customers/2", name="客户.csv")
    me = arrive("sales")
    page = me.open("/")
    expect(page.locator("#unread")).to_have_text("1")
    page.get_by_role("button", name="通知").click()
    news = page.locator("#notifications .notification")
    expect(news).to_contain_text("客户.csv")
    news.click()
    expect(page).to_have_url(re.compile("/customers/2$"))
    expect(page.locator("#unread")).to_have_count(0)


def test_a_right_taken_away_is_gone_at_once(arrive: Arrive, app: Flask) -> None:
    with inside(app) as session:
        key = session.scalar(select(Role.id).where(Role.name == "sales"))
    me, chief = arrive("sales"), arrive("administrator")
    new = me.open("/customers/").get_by_role("link", name="新建")
    expect(new).to_be_visible()

    page = chief.open(f"/roles/{key}/matrix")
    may_add = page.get_by_role("checkbox", name="客户: 新增", exact=True)
    expect(may_add).to_be_checked()
    may_add.uncheck()
    expect(page.locator(".tick.changed")).to_have_count(1)
    chief.save()
    expect(chief.toast()).to_be_visible()
    expect(may_add).not_to_be_checked()

    me.page.reload()
    expect(new).to_have_count(0)
    answer = me.page.goto("/customers/new")
    assert answer is not None
    assert answer.status == 403


def test_the_columns_and_rows_of_the_matrix_are_ticked_together(arrive: Arrive, app: Flask) -> None:
    with inside(app) as session:
        key = session.scalar(select(Role.id).where(Role.name == "read_only"))
    me = arrive("administrator")
    page = me.open(f"/roles/{key}/matrix")
    row = page.locator(
        "[data-row]", has=page.get_by_role("checkbox", name="客户: 新增", exact=True)
    )
    boxes = row.locator("td.right input")
    row.hover()
    row.locator("[data-row-all]").click()
    assert all(box.is_checked() for box in boxes.all())
    row.locator("[data-row-all]").click()
    assert not any(box.is_checked() for box in boxes.all())
    page.get_by_role("button", name="导出", exact=True).click()
    assert all(box.is_checked() for box in page.get_by_role("checkbox", name=": 导出").all())


@pytest.mark.parametrize(("locale", "words"), [("zh", "客户档案"), ("en", "Customers")])
def test_the_help_button_opens_the_manual_at_the_place(
    arrive: Arrive, locale: str, words: str
) -> None:
    me = arrive("sales", locale=locale)
    page = me.open("/customers/")
    with me.context.expect_page() as opened:
        page.locator(".topbar-tools a[target=_blank]").click()
    expect(opened.value.locator(".prose")).to_contain_text(words)


def test_the_menu_slides_in_on_a_phone(arrive: Arrive) -> None:
    me = arrive("sales", size=PHONE)
    page = me.open("/customers/")
    entry = page.locator(".sidebar [href='/contacts/']")
    expect(entry).to_be_hidden()
    page.get_by_role("button", name="菜单", exact=True).click()
    entry.click()
    expect(page).to_have_url(re.compile("/contacts/$"))
    expect(entry).to_be_hidden()
