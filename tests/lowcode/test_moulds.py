"""Pages cast in the mould of another: each with its own values, and nothing of the other's."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask, render_template_string

from app import models
from app.entities.customers import Contact, Customer
from app.lowcode.moulds import LookedInto, hole
from tests.callers import inside
from tests.visitors import Visitor

Visitors = Callable[..., Visitor]
HOSTILE = "<b>&\"'</b>{{ 7 * 7 }}"


@pytest.fixture
def keys(app: Flask) -> list[int]:
    """Three customers with the same tabs and buttons."""
    with inside(app) as session:
        rows = [Customer(name=name, phone="13800001111") for name in ("甲公司", "乙公司", HOSTILE)]
        session.add_all(rows)
        session.flush()
        session.add_all(Contact(name=f"示例 {row.id}", customer_id=row.id) for row in rows)
        return [row.id for row in rows]


def test_each_record_has_its_own_values_in_the_same_mould(
    visitor: Visitors, keys: list[int]
) -> None:
    admin = visitor("administrator")
    pages = [admin.get(f"/customers/{key}?tab=contacts").text for key in keys]
    for key, name, page in zip(keys, ("甲公司", "乙公司"), pages, strict=False):
        assert f"<title>{name} · " in page
        assert f"示例 {key}<" in page
        assert set(re.findall(r"/customers/(\d+)", page)) == {str(key)}
        assert f'name="rowid" value="{key}"' in page
    assert "甲公司" not in pages[1]
    assert "乙公司" not in pages[0]


def test_what_people_wrote_is_no_markup_in_a_mould(visitor: Visitors, keys: list[int]) -> None:
    page = visitor("administrator").get(f"/customers/{keys[2]}").text
    assert HOSTILE not in page
    assert "<b>&" not in page
    assert "{{ 7 * 7 }}" in page
    assert "&lt;b&gt;&amp;" in page


def test_what_is_told_once_is_told_once(visitor: Visitors, keys: list[int]) -> None:
    admin = visitor("administrator", locale="en")
    admin.get(f"/customers/{keys[0]}")
    admin.post(f"/customers/{keys[0]}/files", file=(BytesIO(b"%PDF-1.7 x"), "a.pdf"))
    assert 'class="toast-line success"' in admin.get(f"/customers/{keys[0]}").text
    for key in keys:
        assert "toast-line" not in admin.get(f"/customers/{key}").text


def test_a_mould_is_for_one_person_and_one_session(visitor: Visitors, keys: list[int]) -> None:
    first, second = visitor("administrator"), visitor("administrator")
    tokens = [
        re.findall(r'name="csrf_token" value="([^"]+)"', who.get(f"/customers/{keys[0]}").text)
        for who in (first, second, first.other_tab())
    ]
    assert all(tokens)
    assert not set(tokens[0]) & set(tokens[1])
    answer = second.post_raw("/logout/", data={"csrf_token": tokens[0][0]})
    assert answer.status_code == 400


def test_a_page_changes_its_mould_with_what_it_has(
    app: Flask, visitor: Visitors, keys: list[int]
) -> None:
    """Files, a star and a related row come and go."""
    admin = visitor("administrator", locale="en")
    address, other = (f"/customers/{key}" for key in keys[:2])
    before = admin.get(address).text
    assert "No files yet" in before
    assert 'aria-pressed="false"' in before
    admin.post(f"/shelf{address}", on="1")
    admin.post(f"{address}/files", file=(BytesIO(b"%PDF-1.7 x"), "a.pdf"))
    with inside(app) as session:
        stage = models.Stage(code="s", name="S", pipeline=models.Pipeline(code="p", name="P"))
        deal = models.Deal(title="示例商机", customer_id=keys[0])
        deal.stage, deal.pipeline = stage, stage.pipeline
        session.add(deal)
    after = admin.get(f"{address}?tab=deals").text
    assert "No files yet" not in after
    assert "a.pdf" in after
    assert 'aria-pressed="true"' in after
    assert "示例商机" in after
    assert "No files yet" in admin.get(other).text


@pytest.mark.parametrize(
    "text",
    [
        "{{ title|length }}",
        "{{ title[0] }}",
        "{{ title|upper }}",
        "{% if title == 'x' %}{% endif %}",
        "{% for letter in title %}{% endfor %}",
    ],
)
def test_a_template_cannot_look_into_what_differs(app: Flask, text: str) -> None:
    with app.test_request_context(), pytest.raises(LookedInto):
        render_template_string(text, title=hole("title"))
