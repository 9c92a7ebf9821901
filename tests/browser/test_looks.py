"""Every main screen on a desk and a phone, light and dark, in both languages: whole and legible."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.entities.customers import Contact, Customer, Interaction
from app.entities.system.user import Role
from tests.browser.conftest import DESK, PHONE
from tests.browser.person import Person
from tests.callers import inside

Arrive = Callable[..., Person]
AXE = Path(__file__).resolve().parents[2] / "app/static/vendor/axe-core/axe.min.js"
SCREENS = {
    "home": "/",
    "list": "/customers/",
    "filtered": "/customers/?f.tier=vip&f.created_on=this_year",
    "nothing found": "/customers/?q=zzzz",
    "board": "/customers/?layout=board",
    "chart": "/customers/?layout=chart",
    "calendar": "/interactions/?layout=calendar",
    "record": "/customers/{customer}",
    "contact": "/contacts/{contact}",
    "add": "/customers/new",
    "edit": "/customers/{customer}/edit",
    "lines": "/products/new",
    "products": "/products/",
    "suppliers": "/suppliers/",
    "users": "/users/",
    "matrix": "/roles/{role}/matrix",
    "settings": "/settings/",
    "imports": "/import/",
    "upload": "/import/customers",
    "jobs": "/jobs/",
    "audit": "/audit-entries/",
    "deals": "/deals/?layout=board",
    "funnel": "/funnel/",
    "order": "/sales-orders/new",
    "stock": "/stock/",
    "reports": "/reports/",
    "tickets": "/tickets/",
    "my day": "/my-day/",
    "account": "/account/",
    "password": "/account/password",
    "notifications": "/notifications/",
    "help": "/help/customers",
}
#: screens that are read aloud too; sign-in is the eighth
SPOKEN = ("list", "record", "add", "board", "settings", "matrix", "home")
#: every two of width, theme and language meet; what only colours can spoil is looked at below
LOOKS = [
    pytest.param(DESK, "light", "zh", id="desk-light-zh"),
    pytest.param(PHONE, "dark", "zh", id="phone-dark-zh"),
    pytest.param(DESK, "dark", "en", id="desk-dark-en"),
    pytest.param(PHONE, "light", "en", id="phone-light-en"),
]

#: names, keys, codes and formats that are the same in Chinese
LATIN = {
    *("kehu", "ctrl", "enter", "shift", "xlsx", "excel", "json", "http", "https", "null"),
    *("english", "demo"),
}
CHINESE = re.compile("[\u4e00-\u9fff]+")
LATIN_WORD = re.compile(r"[A-Za-z]{4,}")
#: what is not language: addresses, codes with digits, zones, placeholders of numbering rules
NO_LANGUAGE = re.compile(
    r"\S+@\S+|https?://\S+|\b\w*\d\w*\b|\b[A-Z][a-z]+/[A-Z]\w+\b|\{[^}]*\}|\b\w+[-_.]\w+\S*"
)
#: everything a person sees or hears on the page; `data` holds what people entered themselves
READ_TEXTS = """() => {
  const data = [
    "td, dd, option, textarea, strong, code, kbd, [lang]:not(html), [data-chart], .fc-event",
    ".record-head, .board-card, .names, .page-title, .crumb, .timeline, .ts-control, .chip .value",
    ".user-button, .role-about, .greeting h2, .option, .badge-soft, .stock-page th, .board-column",
  ].join();
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    if (!node.data.trim() || holder.closest("script, style, template, noscript")) continue;
    found.push([node.data.trim(), holder.closest(data) !== null]);
  }
  for (const one of document.querySelectorAll("[title], [placeholder], [aria-label], [alt]")) {
    for (const name of ["title", "placeholder", "aria-label", "alt"]) {
      const text = one.getAttribute(name);
      if (text) found.push([text, one.closest(data) !== null]);
    }
  }
  return found;
}"""
#: what cannot be pressed or read whole: controls of the bars that something lies over or cuts off
UNREACHABLE = """() => {
  const controls = (bars) => [...document.querySelectorAll(`:is(${bars}) :is(a, button, input)`)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !one.closest(".dropdown-menu"));
  const isCovered = (one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return hit && !one.contains(hit) && !hit.contains(one);
  };
  const isCut = (one) => one.matches("a, button") && one.scrollWidth > one.clientWidth + 1;
  return [
    ...controls(".topbar, .list-bar, .list-foot, .save-bar").filter(isCovered),
    ...controls(".topbar, .list-bar, .list-foot, .save-bar, .segmented, .tabbar").filter(isCut),
  ].map((one) => `covered or cut off: ${one.outerHTML.slice(0, 120)}`);
}"""
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
SERIOUS = """async () => {
  const { violations, passes } = await axe.run();
  if (!passes.length) return ["nothing was inspected"];
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}"""


@pytest.fixture
def addresses(app: Flask) -> dict[str, str]:
    """Screen → its address, with rows that have something to show."""
    with inside(app) as session:
        talk = session.scalars(select(Interaction).where(Interaction.contact_id > 0)).first()
        assert talk is not None
        keys = {
            "customer": talk.customer_id,
            "contact": session.scalars(select(Contact.id)).first(),
            "role": session.scalar(select(Role.id).where(Role.name == "sales_manager")),
        }
        assert session.get(Customer, talk.customer_id) is not None
    return {name: path.format(**keys) for name, path in SCREENS.items()}


@pytest.mark.parametrize(("size", "theme", "locale"), LOOKS)
def test_every_screen_is_whole_and_in_one_language(
    arrive: Arrive, addresses: dict[str, str], size: tuple[int, int], theme: str, locale: str
) -> None:
    me = arrive(size=size, theme=theme, locale=locale)
    faults: list[str] = []
    for name, path in addresses.items():
        page = me.open(path)
        assert page.locator("html").get_attribute("data-bs-theme") == theme
        wide, window = page.evaluate(WIDTHS)
        if wide > window:
            faults.append(f"{name}: {wide} px wide in {window}")
        faults += [f"{name}: {control}" for control in page.evaluate(UNREACHABLE)]
        faults += [f"{name}: {word}" for word in foreign(page.evaluate(READ_TEXTS), locale)]
    assert sorted(set(faults)) == []


def foreign(texts: Iterable[tuple[str, bool]], locale: str) -> Iterator[str]:
    """What is left over from the other language; what people entered may be in any."""
    for text, is_data in texts:
        if is_data:
            continue
        if locale == "en":
            found = CHINESE.findall(text.replace("Kehu 客户", "").replace("中文", ""))
        else:
            words = LATIN_WORD.findall(NO_LANGUAGE.sub(" ", text))
            found = [word for word in words if word.lower() not in LATIN]
        if found:
            yield f"{found[0]!r} in {text[:60]!r}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screens_can_be_read_aloud_and_their_colours_be_told_apart(
    arrive: Arrive, addresses: dict[str, str], theme: str
) -> None:
    me = arrive(theme=theme)
    faults: list[str] = []
    for name in SPOKEN:
        me.open(addresses[name])
        faults += [f"{name}: {fault}" for fault in serious(me)]
    stranger = arrive(None, theme=theme)
    stranger.open("/login/")
    faults += [f"sign-in: {fault}" for fault in serious(stranger)]
    assert faults == []


def serious(me: Person) -> list[str]:
    # The page itself runs no script of ours from elsewhere; the inspector may.
    inspector = me.context.new_cdp_session(me.page)
    inspector.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    found: Any = me.page.evaluate(SERIOUS)
    return list(found)
