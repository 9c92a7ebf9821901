"""What people make of lists: columns by mouse and keyboard, a view for the team, a star."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.person import Person

Arrive = Callable[..., Person]


def heads(page: Page) -> list[str]:
    return page.locator("#list th[data-col]").evaluate_all("all => all.map(h => h.dataset.col)")


def width(page: Page, name: str) -> int:
    return page.locator(f"th[data-col={name}]").evaluate("head => head.offsetWidth")


def test_columns_are_chosen_moved_and_drawn_wider(arrive: Arrive) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/?cols=name,tier,phone")
    page.locator("#list-columns [data-bs-toggle]").click()
    panel = page.locator("[data-columns]")
    panel.locator("[name=col][value=email]").check()
    panel.locator("[data-column=phone] [name=up]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    panel.locator("[data-column=tier] [name=col]").uncheck()
    panel.locator("[type=submit].btn-primary").click()
    expect(page.locator("th[data-col=email]")).to_be_visible()
    assert heads(page) == ["phone", "name", "email"]

    before = width(page, "name")
    edge = page.locator("th[data-col=name]").bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + edge["width"] - 2, edge["y"] + 10)
    page.mouse.down()
    page.mouse.move(edge["x"] + edge["width"] + 78, edge["y"] + 10, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"cols=phone%3A\d+%2Cname%3A\d+"))
    expect(page.locator("#list table.sized")).to_be_visible()
    assert width(page, "name") > before


def test_a_view_is_saved_changed_and_found_in_the_sidebar(arrive: Arrive) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/?f.tier=vip")
    menu = page.locator("#list-view")
    menu.locator("[data-bs-toggle]").click()
    menu.locator("summary").first.click()
    menu.locator("[name=name]").first.fill("重要客户")
    menu.locator("[name=pin]").check()
    menu.locator(".view-form [type=submit]").first.click()
    pin = page.locator("#area-pins a")
    expect(pin).to_contain_text("重要客户")
    count = page.locator("#list-count").inner_text()
    expect(pin.locator("small")).to_have_text(count)

    page.locator("#list th a").first.click()
    expect(menu.locator(".dot")).to_be_visible()
    menu.locator("[data-bs-toggle]").click()
    menu.locator("button", has_text="重要客户").first.click()
    expect(menu.locator(".dot")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"sort=.*view=\d+"))

    page.goto("/suppliers/")
    pin.click()
    expect(page).to_have_url(re.compile(r"/customers/\?f\.tier=vip&sort="))
    expect(menu).to_contain_text("重要客户")


def test_a_star_brings_a_record_into_the_sidebar(arrive: Arrive) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/")
    page.locator("#list td.title a").first.click()
    name = page.locator(".page-title .text").inner_text()
    page.locator(".star button").click()
    expect(page.locator(".star button")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#area-favourites a")).to_have_text(name)
    page.locator(".star button").click()
    expect(page.locator("#area-favourites")).to_have_count(0)
