"""Forms in the hand of people: nothing typed is lost, and nothing is sent by accident."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Route, expect
from sqlalchemy import func, select

from app.entities.customers import Customer
from tests.browser.person import Person
from tests.callers import inside

Arrive = Callable[..., Person]
TYPED = {
    "email": "nobody at all",
    "phone": "12",
    "tax_number": "91000000MA0000000X",
    "credit_limit": "much",
    "cooperation_since": "31.2.2026",
    "needs": "两行\n需求",
}
WRONG = ("name", "email", "phone", "credit_limit", "cooperation_since")
CHINESE = re.compile("[\u4e00-\u9fff]")


def customers_named(app: Flask, name: str) -> int:
    with inside(app) as session:
        return session.scalar(select(func.count(Customer.id)).where(Customer.name == name)) or 0


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_refused_form_keeps_what_was_typed_with_the_reasons_beside(
    arrive: Arrive, locale: str
) -> None:
    me = arrive("sales_manager", locale=locale)
    page = me.open("/customers/new")
    for name, text in TYPED.items():
        me.field(name).fill(text)
    me.choose("region", "华南")
    page.locator("[data-lines=addresses] [data-line-add]").click()
    me.field("addresses-0-street").fill("演示街 1 号")
    me.save()

    for name in WRONG:
        expect(me.message_beside(name)).to_have_text(
            CHINESE if locale == "zh" else re.compile("[a-z]")
        )
        expect(me.field(name)).to_have_attribute("aria-invalid", "true")
    reasons = page.locator("[data-error-summary]")
    expect(reasons).to_be_focused()
    assert bool(CHINESE.search(reasons.inner_text())) == (locale == "zh")
    for name, text in TYPED.items():
        expect(me.field(name)).to_have_value(text)
    expect(me.picker("region").locator(".item")).to_have_text("华南")
    expect(me.field("addresses-0-street")).to_have_value("演示街 1 号")

    reasons.get_by_role("link").first.click()
    expect(me.field("name")).to_be_focused()


def test_the_kind_of_a_customer_decides_what_is_asked(arrive: Arrive) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/new")
    expect(me.field("legal_representative")).to_be_visible()
    expect(me.field("occupation")).to_be_hidden()

    me.field("kind").select_option(label="个人")
    expect(me.field("legal_representative")).to_be_hidden()
    expect(me.field("tax_number")).to_be_hidden()
    expect(page.locator(".form-nav a:visible", has_text="企业")).to_have_count(0)
    me.field("occupation").fill("教师")
    me.field("birth_date").fill("1990年2月30日")
    me.save()

    # The refused form shows the same parts.
    expect(me.message_beside("birth_date")).to_be_visible()
    expect(me.field("legal_representative")).to_be_hidden()
    me.field("name").fill("演示个人客户")
    me.field("birth_date").fill("1990年2月3日")
    me.save()
    expect(page.locator(".details")).to_contain_text(["1990-02-03"])
    expect(page.locator("#panel-details")).to_contain_text("教师")


def test_a_missing_record_is_made_from_its_picker(arrive: Arrive) -> None:
    me = arrive("administrator")
    page = me.open("/customers/new")
    me.field("name").fill("演示低空经济公司")
    me.picker("industry").click()
    me.picker("industry").locator("input").press_sequentially("低空经济")
    page.locator(".ts-dropdown:visible .create").click()

    dialog = page.locator("#form-dialog")
    expect(dialog.locator("[name=name]")).to_have_value("低空经济")
    dialog.locator("[name=code]").fill("it")
    # A code that is taken: the dialog says so and stays.
    with me.watch.expecting(422):
        dialog.get_by_role("button", name="保存").click()
        expect(dialog.locator(".invalid-feedback")).to_contain_text(CHINESE)
    dialog.locator("[name=code]").fill("low-altitude")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_be_hidden()
    expect(me.picker("industry").locator(".item")).to_have_text("低空经济")
    expect(me.field("name")).to_have_value("演示低空经济公司")
    me.save()
    expect(page.locator("#panel-details")).to_contain_text("低空经济")


def test_lines_are_filled_with_the_keyboard_and_summed_by_the_server(arrive: Arrive) -> None:
    me = arrive("administrator")
    page = me.open("/products/new")
    me.field("name").fill("演示套装")
    lines = page.locator("[data-lines=components]")
    lines.locator("[data-line-add]").click()
    me.choose("components-0-component", "示例会议平板 65寸")
    me.field("components-0-quantity").fill("２")
    me.field("components-0-quantity").press("Tab")
    expect(lines.locator("[data-line]")).to_have_count(2)
    expect(lines.locator("[data-totals] dd")).to_have_text("25,600.00")
    expect(me.field("components-0-amount")).to_have_value("25,600.00")

    # The new line has the focus; Enter goes on to its next cell and then to a third line.
    expect(me.picker("components-1-component").locator("input")).to_be_focused()
    page.keyboard.type("会议平板 86")
    expect(page.locator(".ts-dropdown:visible .option.active")).to_contain_text("86寸")
    page.keyboard.press("Enter")
    me.field("components-1-quantity").fill("1")
    me.field("components-1-quantity").press("Enter")
    expect(lines.locator("[data-line]")).to_have_count(3)
    expect(lines.locator("[data-totals] dd")).to_have_text("41,600.00")

    lines.locator("[data-line-remove]").last.click()
    lines.locator("[data-line-remove]").first.click()
    expect(lines.locator("[data-totals] dd")).to_have_text("16,000.00")
    expect(lines.locator("[data-number]")).to_have_text(["1"])
    me.save()
    expect(page.locator("#panel-details .sheet tbody tr")).to_have_count(1)
    expect(page.locator("#panel-details .totals")).to_contain_text("16,000.00")


def test_a_late_answer_to_other_words_is_not_among_those_found(arrive: Arrive) -> None:
    me = arrive("administrator")
    page = me.open("/products/new")
    late: list[Route] = []

    def answer(route: Route) -> None:
        if route.request.url.endswith("q=") and not late:
            late.append(route)
        else:
            route.continue_()

    page.route("**/picker/**", answer)
    with page.expect_request(lambda request: request.url.endswith("q=")):
        page.locator("[data-lines=components] [data-line-add]").click()
        typed = me.picker("components-0-component").locator("input")
        typed.click()
    typed.press_sequentially("会议平板 86")
    shown = page.locator(".ts-dropdown:visible .option")
    expect(shown).to_have_text([re.compile("86寸")])
    with page.expect_response(late[0].request.url):
        late[0].continue_()
    expect(page.locator(".ts-wrapper.loading")).to_have_count(0)
    expect(shown).to_have_text([re.compile("86寸")])

    typed.fill("")
    expect(shown.filter(has_text="65寸")).to_have_count(1)
    typed.press_sequentially("会议平板 86")
    expect(shown).to_have_text([re.compile("86寸")])


def test_nobody_leaves_unsaved_changes_by_accident(arrive: Arrive) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/new")
    page.locator(".sidebar [href='/contacts/']").click()
    expect(page).to_have_url(re.compile("/contacts/$"))  # nothing was typed, nothing is asked

    page.goto("/customers/new")
    me.field("name").fill("演示未保存")
    page.locator(".sidebar [href='/contacts/']").click()
    question = page.locator("#confirm")
    expect(question).to_contain_text("未保存")
    question.get_by_role("button", name="取消").click()
    expect(me.field("name")).to_have_value("演示未保存")

    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", stay)
    page.reload()
    assert asked == ["beforeunload"]

    me.field("name").fill("演示未保存")
    page.locator("[data-leave]").click()
    question.get_by_role("button", name="离开").click()
    expect(page).to_have_url(re.compile("/customers/$"))


def test_ctrl_enter_saves_and_enter_alone_does_not(arrive: Arrive, app: Flask) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/new")
    me.field("name").fill("演示快捷保存")
    me.field("name").press("Enter")
    expect(page.locator("[data-state]")).to_have_text("未保存的更改")
    assert customers_named(app, "演示快捷保存") == 0
    me.field("name").press("Control+Enter")
    expect(page.locator(".record-head h2")).to_contain_text("演示快捷保存")
    assert customers_named(app, "演示快捷保存") == 1


def test_keys_of_the_input_method_neither_save_nor_search(arrive: Arrive) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/new")
    method = me.context.new_cdp_session(page)
    enter = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    sent: list[str] = []
    page.on("request", lambda request: "/static/" in request.url or sent.append(request.url))

    def compose(text: str) -> None:
        place = {"selectionStart": len(text), "selectionEnd": len(text)}
        method.send("Input.imeSetComposition", {"text": text, **place})

    me.field("name").focus()
    compose("yan shi")
    method.send("Input.dispatchKeyEvent", {**enter, "modifiers": 2})
    method.send("Input.dispatchKeyEvent", enter)
    method.send("Input.insertText", {"text": "演示"})
    expect(me.field("name")).to_have_value("演示")
    assert sent == []

    page.evaluate("document.querySelector('[data-form]').reset()")
    me.watch.faults.clear()
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("/customers/")
    method = me.context.new_cdp_session(page)
    me.settle()
    page.clock.install()
    sent.clear()
    page.locator("[name=q]").focus()
    compose("tu shu guan")
    method.send("Input.dispatchKeyEvent", enter)
    page.clock.run_for(1000)
    assert sent == []
    method.send("Input.insertText", {"text": "图书馆"})
    page.clock.run_for(1000)
    expect(page.locator("#list")).to_have_attribute("data-q", "图书馆")
    assert len(sent) == 1


def test_a_double_click_on_save_makes_one_record(arrive: Arrive, app: Flask) -> None:
    me = arrive("sales_manager")
    page = me.open("/customers/new")
    me.field("name").fill("演示双击公司")
    page.locator("[data-save]").dblclick()
    expect(page.locator(".record-head h2")).to_contain_text("演示双击公司")
    assert customers_named(app, "演示双击公司") == 1

    # The same once more is asked about, and saved only on purpose.
    page.goto("/customers/new")
    me.field("name").fill("演示双击 有限公司")
    me.save()
    warning = page.locator(".notice.warning")
    expect(warning).to_contain_text("演示双击公司")
    assert customers_named(app, "演示双击 有限公司") == 0
    warning.get_by_label("仍然保存").check()
    me.save()
    expect(page.locator(".record-head h2")).to_contain_text("演示双击 有限公司")
