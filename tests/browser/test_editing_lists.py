"""Lists by keyboard and pointer: cells changed in their place, many rows at once, and undone."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.rules.customers import Tier
from tests.browser.person import Person
from tests.callers import inside

Arrive = Callable[..., Person]
LAYER = ".cell-layer"


@pytest.fixture
def names(app: Flask) -> list[str]:
    """The names of the first customers as the list shows them."""
    with inside(app) as session:
        rows = session.scalars(select(Customer).order_by(Customer.name).limit(3))
        return [row.name for row in rows]


def stored(app: Flask, name: str) -> bool:
    with inside(app) as session:
        return session.scalar(select(Customer.id).where(Customer.name == name)) is not None


def listed(person: Person) -> Page:
    return person.open("/customers/?sort=name")


def cell(page: Page, row: int, column: str) -> Locator:
    index = page.locator(".sheet thead th").evaluate_all(
        "(heads, name) => heads.findIndex((head) => head.dataset.col === name)", column
    )
    return page.locator(".sheet tbody tr").nth(row).locator("td").nth(index)


def test_cells_are_changed_without_a_pointer(arrive: Arrive, app: Flask, names: list[str]) -> None:
    person = arrive(locale="en")
    page = listed(person)
    for key in ("j", "j", "k", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(f"{LAYER} [name=name]")).to_be_focused()
    page.keyboard.type("新的名字")
    page.keyboard.press("Enter")
    expect(page.locator(LAYER)).to_have_count(0)
    expect(cell(page, 0, "name")).to_have_text("新的名字")
    expect(cell(page, 1, "name")).to_be_focused()  # and down it goes
    assert stored(app, "新的名字")
    assert not stored(app, names[0])

    page.keyboard.press("F2")
    page.locator(f"{LAYER} [name=name]").fill("不要保存")
    page.keyboard.press("Escape")
    expect(page.locator(LAYER)).to_have_count(0)
    expect(cell(page, 1, "name")).to_have_text(names[1])
    assert not stored(app, "不要保存")


def test_tab_saves_and_opens_the_next_cell_and_what_is_refused_stays(
    arrive: Arrive, app: Flask
) -> None:
    person = arrive(locale="en")
    page = listed(person)
    cell(page, 0, "phone").dblclick(position={"x": 3, "y": 4})
    page.locator(f"{LAYER} [name=phone]").fill("ab")
    with person.watch.expecting(422):
        page.keyboard.press("Tab")
        expect(page.locator(f"{LAYER} .invalid-feedback")).to_be_visible()
    expect(page.locator(f"{LAYER} [name=phone]")).to_have_value("ab")
    page.locator(f"{LAYER} [name=phone]").fill("13812345678")
    page.keyboard.press("Tab")
    expect(page.locator(f"{LAYER} [name=phone]")).to_have_count(0)
    expect(page.locator(LAYER)).to_be_visible()
    expect(cell(page, 0, "phone")).to_contain_text("138")
    with inside(app) as session:
        assert session.scalar(select(Customer.id).where(Customer.phone == "13812345678"))


def test_enter_of_an_input_method_chooses_a_word_and_saves_nothing(
    arrive: Arrive, app: Flask, names: list[str]
) -> None:
    person = arrive()
    page = listed(person)
    for key in ("j", "F2"):
        page.keyboard.press(key)
    box = page.locator(f"{LAYER} [name=name]")
    expect(box).to_be_focused()
    method = person.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"selectionStart": 2, "selectionEnd": 2, "text": "ke"})
    method.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229},
    )
    expect(page.locator(LAYER)).to_be_visible()
    method.send("Input.insertText", {"text": "客户"})
    expect(box).to_have_value("客户")
    assert stored(app, names[0])
    page.keyboard.press("Enter")
    expect(cell(page, 0, "name")).to_have_text("客户")


def test_the_rows_of_a_group_are_changed_in_their_place(arrive: Arrive, app: Flask) -> None:
    person = arrive(locale="en")
    page = person.open("/customers/?group=tier")
    page.locator("[data-group]").first.click()
    page.locator(".group-rows tr").first.wait_for()
    for key in ("j", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.locator(f"{LAYER} [name=name]").fill("组里的名字")
    page.keyboard.press("Enter")
    expect(page.locator(".group-rows tr").first).to_contain_text("组里的名字")
    assert stored(app, "组里的名字")


def test_typing_into_the_search_moves_no_rows(arrive: Arrive) -> None:
    page = listed(arrive())
    page.keyboard.press("/")
    page.keyboard.type("jxk")
    expect(page.locator("[name=q]")).to_have_value("jxk")
    expect(page.locator("[name=rowid]:checked")).to_have_count(0)


def test_rows_ticked_by_keyboard_are_edited_together_and_put_back(
    arrive: Arrive, app: Flask
) -> None:
    def vips() -> int:
        with inside(app) as session:
            query = select(func.count()).select_from(Customer).where(Customer.tier == Tier.VIP)
            return session.scalar(query) or 0

    before = vips()
    person = arrive(locale="en")
    page = person.open("/customers/?sort=name&f.tier=ordinary")
    for key in ("j", "x", "j", "j", "X"):
        page.keyboard.press(key)
    expect(page.locator("[name=rowid]:checked")).to_have_count(3)
    expect(page.locator("tr[aria-selected=true]")).to_have_count(3)
    page.locator(".bulk-bar").get_by_role("button", name="Edit", exact=True).click()
    page.locator("[name=add_field]").select_option("tier")
    page.locator("[name=tier]").select_option("vip")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 3 records").click()
    expect(person.toast()).to_contain_text("3 records were changed.")
    assert vips() == before + 3
    person.toast().get_by_role("button", name="Undo").click()
    person.settle()
    assert vips() == before
