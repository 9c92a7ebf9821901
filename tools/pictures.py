"""Takes the README's pictures of a running product: `python tools/pictures.py URL USER PASSWORD`.

Made for the demo data of `kehu run --demo`: no picture shows a real customer.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: file → (language, light or dark, address)
PICTURES = {
    "home-zh": ("zh-CN", "light", "/"),
    "customers-zh": ("zh-CN", "light", "/customers/"),
    "board-zh": ("zh-CN", "light", "/deals/?layout=board"),
    "record-zh": ("zh-CN", "light", "/customers/55"),
    "funnel-zh": ("zh-CN", "light", "/funnel/"),
    "chart-en": ("en-US", "light", "/interactions/?layout=chart"),
    "list-dark": ("en-US", "dark", "/customers/"),
}


def take(browser: Browser, url: str, user: str, password: str) -> None:
    for name, (language, scheme, address) in PICTURES.items():
        context = browser.new_context(
            viewport={"width": 1440, "height": 900},
            locale=language,
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page = context.new_page()
        page.goto(f"{url}/login/")
        page.fill("[name=username]", user)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_load_state("networkidle")
        page.goto(url + address)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1000)  # charts draw themselves
        page.screenshot(path=FOLDER / f"{name}.png")
        context.close()
        print(name)


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        take(browser, sys.argv[1].rstrip("/"), sys.argv[2], sys.argv[3])
    return 0


if __name__ == "__main__":
    sys.exit(main())
