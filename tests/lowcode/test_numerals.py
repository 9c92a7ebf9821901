"""Numbers are written as Babel writes them, in any language, without its patterns."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.lowcode.numerals import grouped

amounts = st.decimals(-(10**13), 10**13, allow_nan=False, places=6) | st.integers(-(10**18), 10**18)


@pytest.mark.parametrize("language", ["zh", "en", "de", "sv"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(amount=amounts)
def test_as_babel_writes_them(app: Flask, language: str, amount: Decimal | int) -> None:
    with app.test_request_context(), force_locale(language):
        for least, most, pattern in ((2, 2, "#,##0.00"), (0, 4, "#,##0.####"), (0, 3, "#,##0.###")):
            written = grouped(amount, least, most).replace("-", "−")
            assert written == format_decimal(amount, pattern, language).replace("-", "−")
