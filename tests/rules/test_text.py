"""Texts are folded to one form, shortened for messages and cleaned for databases."""

import pytest

from app.rules.text import fold_width, shorten, storable


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("１２３．５", "123.5"),
        (" ＡＢ　Ｃ ", "AB C"),
        ("5²", "5²"),
        ("￥１", "¥1"),
        ("a\u200bb", "ab"),
    ],
)
def test_full_width_becomes_half_width_and_nothing_else(typed: str, folded: str) -> None:
    assert fold_width(typed) == folded


def test_long_input_is_shortened_to_one_line_of_forty() -> None:
    assert shorten("a\n b") == "a b"
    assert len(shorten("x" * 100)) == 40


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("line 1\r\nline 2\rline 3", "line 1\nline 2\nline 3"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("tab\tstays", "tab\tstays"),
        ("half \ud800 pair", "half  pair"),
        ("客户 😀", "客户 😀"),
    ],
)
def test_only_what_every_database_holds_is_stored(typed: str, stored: str) -> None:
    assert storable(typed) == stored
    assert storable(stored) == stored
