"""Somebody in front of a browser, and a watch on everything that must never happen there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    WebError,
    expect,
)

#: no picker, chart, board, calendar or part of the page is still to come
DRAWN = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  return all("select[data-picker]").every(({ tomselect }) => tomselect)
    && all("[data-chart], [data-calendar]").every(({ children }) => children.length)
    && (window.Sortable || !all("[data-board][data-move-url]").length)
    && !all(".htmx-request").length;
}"""


class Watch:
    """Faults of one browser: requests to elsewhere, errors of scripts, refused or missing parts.

    The Chromium of the tests reaches this machine alone; `faults` names who tried more. A page
    itself may be refused (4xx): that is for the test to assert.
    """

    def __init__(self, context: BrowserContext, home: str) -> None:
        self._home = home
        self._expected: list[int] = []
        self.faults: list[str] = []
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", self._on_web_error)

    @contextmanager
    def expecting(self, status: int) -> Iterator[None]:
        """Inside, a script may be answered with this status."""
        self._expected.append(status)
        yield
        self._expected.remove(status)

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._home}/", "data:", "blob:")):
            self.faults.append(f"asks elsewhere: {request.url}")

    def _on_response(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        allowed = 500 if is_page else 400
        if response.status >= allowed and response.status not in self._expected:
            self.faults.append(f"{response.status}: {response.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # Answers are judged above, by what was asked for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _on_web_error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")


class Person:
    """What people do on every page; `page` is theirs for all the rest."""

    def __init__(self, context: BrowserContext, watch: Watch) -> None:
        self.context = context
        self.watch = watch
        self.page: Page = context.new_page()

    def sign_in_quickly(self, username: str, password: str) -> None:
        """Sign in without looking at the pages; `sign_in` is the way people take."""
        page = self.context.request.get("/login/").text()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None, page
        answer = self.context.request.post(
            "/login/",
            form={"csrf_token": token[1], "username": username, "password": password},
            max_redirects=0,
        )
        assert answer.status == 302, answer.text()

    def sign_in(self, username: str, password: str) -> None:
        self.page.goto("/login/")
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(password)
        self.page.locator("form[action='/login/'] [type=submit]").click()

    def sign_out(self) -> None:
        self.page.locator(".user-button").click()
        self.page.locator("[data-sign-out] button").click()

    def open(self, path: str) -> Page:
        """The page at `path`, when all that it loads by itself is there."""
        self.page.goto(path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until scripts have drawn what they fetch by themselves."""
        self.page.wait_for_load_state()
        self.page.wait_for_function(DRAWN)

    def choose(self, field: str, words: str) -> None:
        """Type into the remote picker of `field` and take the first record it offers."""
        self.picker(field).click()
        self.picker(field).locator("input").press_sequentially(words)
        option = self.page.locator(".ts-dropdown:visible .option", has_text=words).first
        option.click()
        expect(self.picker(field).locator(".item")).to_contain_text(words)

    def picker(self, field: str) -> Locator:
        return self.page.locator(f"[name='{field}'] + .ts-wrapper .ts-control")

    def field(self, name: str) -> Locator:
        return self.page.locator(f"[name='{name}']")

    def message_beside(self, name: str) -> Locator:
        """What the server says about a field, at the field."""
        return self.page.locator(".form-field", has=self.field(name)).locator(".invalid-feedback")

    def save(self) -> None:
        self.page.locator("[data-save]").click()

    def toast(self) -> Locator:
        return self.page.locator(".toast-line").last
