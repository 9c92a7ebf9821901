"""A record page in the hands of somebody: its state, key facts, actions and papers."""

from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.papers import squeezed, text_of


def state_of(me: Person) -> Locator:
    """Where the status bar of a record stands."""
    return me.page.locator(".status-bar [aria-current=step]")


def fact(me: Person, place: int) -> Locator:
    return me.page.locator(".facts dd").nth(place)


def offered(me: Person, action: str) -> Locator:
    return me.page.locator(f".page-actions form[action$='/action/{action}']")


def act(me: Person, action: str) -> None:
    """Press the button of an action, wherever the page keeps it, and say yes if it asks."""
    form = offered(me, action)
    expect(form.first).to_be_attached()
    button = form.locator("button:visible")
    if button.count() == 0:
        me.page.locator(".page-actions .btn-glyph[data-bs-toggle=dropdown]").click()
    asks = form.first.get_attribute("data-confirm")
    button.click()
    if asks:
        me.page.locator("#confirm [data-yes]").click()


def paper(me: Person, name: str) -> str:
    """The text of a PDF that the open record offers."""
    link = me.page.locator(f".page-actions a[href$='/print/{name}']")
    return read_pdf(me, link.get_attribute("href"))


def read_pdf(me: Person, address: str | None) -> str:
    """Its text without blanks: where a line was broken says nothing about it."""
    assert address is not None
    answer = me.context.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    return squeezed(text_of(answer.body()))
