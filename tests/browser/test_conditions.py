"""Conditions and groups of a list in front of a browser: built with the keyboard alone, said in
words, opened again."""

import json
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.entities.customers import Customer
from app.rules.customers import CustomerKind, Tier
from tests.browser.person import Person
from tests.callers import inside

Arrive = Callable[..., Person]
BUILDER = "dialog.builder"


def narrowed_by(page: Page) -> dict[str, str]:
    """What the address says besides the list itself."""
    return dict(parse_qsl(urlsplit(page.url).query))


def test_a_condition_is_built_by_keyboard_and_opened_again(arrive: Arrive, app: Flask) -> None:
    me = arrive(locale="en")
    page = me.open("/customers/?f.kind=company")
    page.locator("#filter-open").focus()
    page.keyboard.press("Enter")
    page.locator(".filter-menu [data-build]").focus()
    page.keyboard.press("Enter")
    builder = page.locator(BUILDER)
    rows = builder.locator(".condition-row")
    expect(rows).to_have_count(1)
    expect(rows.locator("[data-step]").first).to_be_focused()

    # Either a VIP, or of the type that the list was narrowed by.
    builder.locator(".condition-match select").focus()
    page.keyboard.type("any")
    builder.locator("[data-add=add_condition]").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    expect(rows.nth(1).locator("[data-step]")).to_be_focused()
    page.keyboard.type("Tier")  # a closed select takes what is typed
    expect(rows.nth(1).locator("[data-compare]")).to_be_visible()
    page.keyboard.press("Tab")
    expect(rows.nth(1).locator("[data-compare]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    builder.locator("[type=submit]").focus()
    page.keyboard.press("Enter")

    expect(builder).to_have_count(0)
    expect(page.locator(".chip .value")).to_have_text("Kind = Company or Tier = VIP")
    either = json.loads(narrowed_by(page)["where"])
    assert [leaf["field"] for leaf in either["any"]] == ["kind", "tier"]
    with inside(app) as session:
        fitting = (Customer.kind == CustomerKind.COMPANY) | (Customer.tier == Tier.VIP)
        count = session.scalar(select(func.count(Customer.id)).where(fitting))
    expect(page.locator("#list-count")).to_have_text(f"{count:,}")

    page.locator(".chip [data-build]").click()
    expect(rows).to_have_count(2)
    page.keyboard.press("Escape")
    expect(builder).to_have_count(0)
    assert json.loads(narrowed_by(page)["where"]) == either


def test_fields_of_related_records_follow_their_relation(arrive: Arrive) -> None:
    page = arrive(locale="en").open("/contacts/")
    page.locator("#filter-open").click()
    page.locator(".filter-menu [data-build]").click()
    steps = page.locator(f"{BUILDER} [data-step]")
    steps.first.select_option(value="customer")
    steps.nth(1).select_option(value="parent")
    steps.nth(2).select_option(value="tier")
    expect(steps).to_have_count(3)
    page.locator(f"{BUILDER} [value=vip]").check()
    page.locator(f"{BUILDER} [type=submit]").click()
    chip = page.locator(".chip button")
    expect(chip).to_have_text("Customer: Parent company: Tier= VIP")
    chip.click()
    expect(steps).to_have_count(3)
    expect(page.locator(f"{BUILDER} [value=vip]")).to_be_checked()
    steps.first.select_option(value="role")
    expect(steps).to_have_count(1)


def test_a_comparison_without_a_value_is_asked_for(arrive: Arrive) -> None:
    page = arrive(locale="en").open("/customers/")
    page.locator("#filter-open").click()
    page.locator(".filter-menu [data-build]").click()
    builder = page.locator(BUILDER)
    builder.locator("[data-step]").select_option(value="credit_limit")
    expect(builder.locator("[data-value] input")).to_be_visible()
    builder.locator("[type=submit]").click()
    expect(builder.locator("[data-value] input")).to_be_focused()
    expect(builder).to_be_visible()
    assert narrowed_by(page) == {}


def test_nothing_is_applied_while_an_input_method_composes(arrive: Arrive) -> None:
    me = arrive()
    page = me.open("/customers/")
    page.locator("#filter-open").click()
    page.locator(".filter-menu [data-build]").click()
    builder = page.locator(BUILDER)
    builder.locator("[data-step]").select_option(value="needs")
    box = builder.locator("[data-value] input")
    box.focus()
    method = me.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"selectionStart": 2, "selectionEnd": 2, "text": "ke"})
    key = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    method.send("Input.dispatchKeyEvent", key)
    expect(builder).to_be_visible()
    method.send("Input.insertText", {"text": "客"})
    expect(box).to_have_value("客")
    page.keyboard.press("Enter")
    expect(builder).to_have_count(0)
    expect(page.locator(".chip .value")).to_have_text("客")
    assert narrowed_by(page) == {"f.needs": "客"}


def test_groups_open_in_their_place_and_their_numbers_lead_to_their_rows(arrive: Arrive) -> None:
    me = arrive(locale="en")
    page = me.open("/customers/")
    page.locator("#group-open").click()
    page.locator(".group-menu").get_by_role("link", name="Tier", exact=True).click()
    heads = page.locator(".group-head")
    expect(heads).to_have_count(len(Tier))
    rows = page.locator(".group-rows").first
    expect(rows).to_be_hidden()
    toggle = heads.first.locator("[data-group]")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(rows.locator("tr").first).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    number = heads.first.locator(".count").inner_text()
    heads.first.locator(".count").click()
    expect(page.locator("#list-count")).to_have_text(number)
    assert narrowed_by(page) == {"f.tier": Tier.VIP.value}
