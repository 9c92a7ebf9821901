"""Long passwords pass, whatever they are made of; those that guessing starts with do not."""

import pytest

from app.rules.errors import InvalidInput
from app.rules.passwords import check_password, normalize_password

GOOD = [
    "horse window 77 river",
    "长长的中文密码也可以使用的呀",
    "tPq8-vvLm-22xz",
    "a sentence that nobody wrote before",
    "kjhqw8712hgsd",
    "x" * 4 + "yzabcdqw",
    "Ω" + "μέγα λόγος ἦν",
]
COMMON = [
    "passwordpassword",
    "Password1234!",
    "P@ssw0rd2026!!",
    "admin1234567",
    "administrator1",
    "123456789012",
    "098765432109",
    "000000000000",
    "abababababab",
    "qwertyuiop123",
    "qwertyuiopas",
    "poiuytrewq12",
    "abcdefghijkl",
    "zyxwvutsrqpo",
    "1q2w3e4r5t6y",
    "iloveyou2026",
    "woaini1314520",
    "wodemima123456",
    "2026!!changeme",
    "welcome@2026",
    "kehukehu1234",
    "１２３４５６７８９０１２",
    "correcthorsebatterystaple",
]


@pytest.mark.parametrize("password", GOOD)
def test_a_long_uncommon_password_is_taken_as_it_is(password):
    assert check_password(password, names=("lin",)) == normalize_password(password)


@pytest.mark.parametrize("password", COMMON)
def test_a_password_that_guessing_starts_with_is_refused(password):
    with pytest.raises(InvalidInput, match="first to be guessed"):
        check_password(password)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 12"),
        ("a", "at least 12"),
        ("\0" * 8, "at least 12"),
        ("Short-pass1", "at least 12"),
        ("long enough " * 11, "at most 128"),
    ],
)
def test_length_is_bounded_on_both_sides(password, reason):
    with pytest.raises(InvalidInput) as refusal:
        check_password(password)
    assert reason in str(refusal.value)


def test_a_password_may_not_hold_the_user_name_in_any_case():
    with pytest.raises(InvalidInput, match="user name"):
        check_password("my-ZhangWei-key", names=("zhangwei",))


def test_a_two_letter_user_name_forbids_nothing():
    assert check_password("my-li-key-for-work", names=("li",))


def test_full_width_typing_gives_the_same_password():
    assert normalize_password("ｋｅｙ　ｆｏｒ　ｗｏｒｋ") == "key for work"
