"""The keys by which one organisation is found under two spellings, and its tax number."""

import pytest

from app.rules.errors import InvalidInput
from app.rules.identity import check_tax_number, phone_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("13800138000", "13800138000"),
        ("010-6552 9988 ext. 12", "01065529988"),  # the extension is a desk, not the company
        ("010-65529988 转 12", "01065529988"),
        ("（０１０）65529988", "01065529988"),
        ("+49 30 0074321", "49300074321"),  # other country codes stay
        ("8612345", "8612345"),  # a local number that only begins like one
        ("", None),
        (None, None),
    ],
)
def test_one_number_has_one_key(text: str | None, key: str | None) -> None:
    assert phone_key(text) == key


@pytest.mark.parametrize(
    ("text", "country", "registered"),
    [
        ("91350100m000100y43", "CN", "91350100M000100Y43"),
        ("de 136695976", "DE", "DE 136695976"),
    ],
)
def test_a_tax_number_is_kept_as_registered(text: str, country: str, registered: str) -> None:
    assert check_tax_number(text, country) == registered


def test_a_chinese_number_with_a_wrong_check_character_is_refused_at_its_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_tax_number("91350100M000100Y44", "CN")
    assert refused.value.field == "tax_number"
