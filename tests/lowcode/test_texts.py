"""Texts are kept per language: nobody reads another one's, and what people typed stays text."""

from flask import Flask, render_template_string
from flask_babel import force_locale, gettext, lazy_gettext


def test_each_reader_gets_a_text_in_the_own_language(app: Flask) -> None:
    lazy = lazy_gettext("Customers")
    for _turn in range(2):  # the second time it is known
        for language, expected in (("en", "Customers"), ("zh", "客户")):
            with app.test_request_context(), force_locale(language):
                assert gettext("Customers") == str(lazy) == expected
                assert render_template_string("{{ _('Customers') }}") == expected


def test_what_is_put_into_a_text_is_escaped_each_time(app: Flask) -> None:
    line = "{{ _('Select %(name)s', name=name) }}"
    with app.test_request_context(), force_locale("en"):
        first = render_template_string(line, name="<b>")
        assert (first, render_template_string(line, name="a & b")) == (
            "Select &lt;b&gt;",
            "Select a &amp; b",
        )


def test_a_percent_sign_is_written_twice_in_templates_and_once_in_code(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert render_template_string("{{ _('50 %% off') }}") == "50 % off"
        assert gettext("50 % off") == "50 % off"
