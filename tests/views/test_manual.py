"""The manual has every page in both languages, and every help button leads to one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.lowcode import registered
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
MANUAL = Path(__file__).parents[2] / "docs" / "manual"
PAGES = sorted(path.stem for path in (MANUAL / "zh").glob("*.md"))


def test_both_languages_have_the_same_pages() -> None:
    assert sorted(path.stem for path in (MANUAL / "en").glob("*.md")) == PAGES


@pytest.mark.parametrize("language", ["zh", "en"])
def test_links_inside_the_manual_lead_to_pages(language: str) -> None:
    for path in (MANUAL / language).glob("*.md"):
        links = re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8"))
        assert set(links) <= set(PAGES), path


@pytest.mark.parametrize(("locale", "title"), [("zh", "使用手册"), ("en", "Manual")])
def test_the_manual_opens_in_the_readers_language(
    visitor: Visitors, locale: str, title: str
) -> None:
    page = visitor("sales", locale=locale).get("/help/")
    assert page.status_code == 200
    assert title in page.text


def test_every_help_button_leads_to_a_page(app: Flask) -> None:
    screens = registered.screens(app).values()
    named = {screen.help_page for screen in screens if screen.help_page}
    assert named <= set(PAGES)
    assert {"customers", "catalog"} <= named
