"""Inputs whose surroundings are kept: each shows its own value, language, rights and message."""

from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from wtforms import Form

from app.entities.customers import Customer
from app.lowcode.fields import field_of
from app.lowcode.fields.framed import field_html
from app.rules.masking import FieldLevel


def form_of(name: str, value: Any, level: FieldLevel = FieldLevel.WRITE, prefix: str = "") -> Any:
    made = type("Made", (Form,), {name: field_of(Customer, name).form_field(level=level)})
    return made(data={name: value}, prefix=prefix)[name]


def html(name: str, value: Any, **options: Any) -> str:
    return field_html("row", form_of(name, value, **options))


@pytest.mark.parametrize("name", ["name", "notes", "phone"])
def test_what_it_holds_is_text(app: Flask, name: str) -> None:
    with app.test_request_context():
        for value in ("first", '"><script>\ue000\ue001'):
            shown = html(name, value)
            assert "<script>" not in shown
            assert shown.count(">") == html(name, "").count(">")
        assert "first" not in shown


def test_each_reader_has_their_language(app: Flask) -> None:
    with app.test_request_context():
        for locale, word in (("en", "Name"), ("zh", "名称"), ("en", "Name")):
            with force_locale(locale):
                assert word in html("name", "x")


def test_the_same_column_has_the_name_of_its_line(app: Flask) -> None:
    with app.test_request_context():
        for prefix in ("", "lines-0", "lines-1"):
            shown = html("name", "x", prefix=prefix)
            name = f"{prefix}-name" if prefix else "name"
            assert f'for="{name}"' in shown
            assert f'id="{name}" name="{name}"' in shown


def test_who_may_only_read_cannot_type(app: Flask) -> None:
    with app.test_request_context():
        assert " readonly" not in html("name", "x")
        assert " readonly" in html("name", "x", level=FieldLevel.READ)
        assert " readonly" not in html("name", "x")


def test_a_flag_is_ticked_where_it_is_set(app: Flask) -> None:
    with app.test_request_context():
        for value in (True, False, True):
            assert (" checked" in html("do_not_contact", value)) is value


def test_a_message_stands_in_no_other_form(app: Flask) -> None:
    with app.test_request_context():
        field = form_of("name", "x")
        field.errors = ["Not <this> one."]
        assert "Not &lt;this&gt; one." in field_html("row", field)
        assert "Not" not in html("name", "x")


def test_a_hint_of_one_page_stays_there(app: Flask) -> None:
    with app.test_request_context():
        field = form_of("name", "")
        field.placeholder = "usually 12"
        assert 'placeholder="usually 12"' in field_html("cell", field)
        assert "usually" not in field_html("cell", form_of("name", ""))
