"""No cell of an exported file may act, and every one comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.formulas import guard, unguard


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+86 10 1234",
        "-2+3",
        "-1 ",
        "-٣",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\ufeff=1",
        '"=1',
        "'=1",
        "＝1+1",
        "＠SUM(A1)",
        "=cmd|'/c calc'!A0",
    ],
)
def test_what_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-1", "-12.50", "A=1", "'quoted'", "007", "客户", "1-2"])
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert guard(text) == text


@given(st.text())
def test_what_is_guarded_is_read_back_unchanged(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.sampled_from(["", "'", '"', "\ufeff", "''"]), st.sampled_from("=+-@\t\r＝"), st.text())
def test_no_start_hides_a_formula(before: str, sign: str, after: str) -> None:
    text = before + sign + after
    assert guard(text).startswith("'") or text.lstrip("-").replace(".", "", 1).isdigit()
    assert unguard(guard(text)) == text
