"""The options of a choice as HTML: one is marked, nothing in them becomes markup."""

import re

import pytest
from flask import Flask
from flask_babel import force_locale

from app.entities.customers import Customer
from app.lowcode.fields import field_of
from app.lowcode.fields.option_list import OptionList
from app.lowcode.pages import Choice

OPTIONS = OptionList([Choice("a", "A"), Choice("b", "B > A")])


def values(html: str) -> list[tuple[str, bool]]:
    """(value, is it chosen) of each."""
    found = re.findall(r'<option value="([^"]*)"( selected)?>', html)
    return [(value, bool(chosen)) for value, chosen in found]


@pytest.mark.parametrize(
    ("value", "required", "expected"),
    [
        ("b", True, [("a", False), ("b", True)]),
        ("b", False, [("", False), ("a", False), ("b", True)]),
        # what has to be chosen is not chosen for anybody
        ("", True, [("", False), ("a", False), ("b", False)]),
        ("gone", True, [("", False), ("a", False), ("b", False)]),
    ],
)
def test_the_chosen_one_is_marked(
    value: str, required: bool, expected: list[tuple[str, bool]]
) -> None:
    assert values(OPTIONS.showing(value, required=required)) == expected
    assert values(OPTIONS.showing("", required=False))[1:] == [("a", False), ("b", False)]


def test_names_of_options_are_text() -> None:
    hostile = OptionList([Choice('"><b>', "<script>")])
    html = hostile.showing('"><b>', required=True)
    assert html == '<option value="&#34;&gt;&lt;b&gt;" selected>&lt;script&gt;</option>'


def test_a_choice_speaks_the_language_of_each_reader(app: Flask) -> None:
    tier = field_of(Customer, "tier")
    with app.test_request_context():
        for locale, word in (("en", "Ordinary"), ("zh", "普通"), ("en", "Ordinary")):
            with force_locale(locale):
                assert word in tier.option_list.showing("vip", required=True)
