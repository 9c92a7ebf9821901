"""Signs in with a real browser and prints what it saw as JSON: `python -m tests.start.visitor URL`.

A program of its own, so that it can run inside a network namespace beside the server.
"""

import json
import shutil
import sys

from playwright.sync_api import sync_playwright

from tests.start import product

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


def browser_path() -> str | None:
    """The browser of this machine."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def visit(address: str) -> dict[str, object]:
    """Sign in as the administrator; the path it leads to, the session cookie, the banner."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=OPTIONS.split())
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.fill("[name=username]", "admin")
        page.fill("[name=password]", product.PASSWORD)
        banner = page.locator(".alert, .notice").count()
        page.click("form[action='/login/'] button[type=submit]")
        page.wait_for_load_state()
        page.reload()
        (cookie,) = [one for one in context.cookies() if one["name"].endswith("sid")]
        seen = {
            "cookie": cookie["name"],
            "secure": cookie["secure"],
            "http_only": cookie["httpOnly"],
            "banner": banner > 0,
            "signed_in": page.locator("form[action='/logout/']").count() > 0,
        }
        browser.close()
    return seen


if __name__ == "__main__":
    print(json.dumps(visit(sys.argv[1])))
