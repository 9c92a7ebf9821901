"""What of a value is still shown, and whose role decides how far somebody may go with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.masking import KINDS, FieldLevel, Masked, combined, least, mask, most

NONE, MASKED, READ, WRITE = FieldLevel


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "13812345678", "138****5678"),
        ("phone", "+86 138-1234-5678", "138****5678"),
        ("phone", "010-62345678", "010****5678"),
        ("phone", "62345678", "****5678"),
        ("phone", "95588", "****"),
        ("email", "zhang.san@example.com", "z***@example.com"),
        ("email", "张三@example.com", "张***@example.com"),
        ("email", "nobody", "****"),
        ("email", "@example.com", "****"),
        ("tax", "91310000MA1FL0000X", "****000X"),
        ("tax", "6222 0000 1234 5678", "****5678"),
        ("tax", "1234567", "****"),
        ("amount", "1234567.89", "***"),
        ("amount", 0, "***"),
        ("text", "anything", "****"),
    ],
)
def test_a_mask_leaves_enough_to_tell_two_apart_and_no_more(
    kind: str, value: object, shown: str
) -> None:
    assert mask(kind, value) == shown


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_shown_of_nothing(kind: str, nothing: str | None) -> None:
    assert mask(kind, nothing) is None


@given(st.sampled_from(sorted(KINDS)), st.text(min_size=1, max_size=60))
def test_a_mask_never_holds_a_long_piece_of_the_value(kind: str, text: str) -> None:
    shown = mask(kind, text)
    assert isinstance(shown, Masked)
    if kind != "email":
        assert all(text[at : at + 5] not in shown for at in range(len(text) - 4) if "*" not in text)


def test_the_length_of_an_amount_is_not_told() -> None:
    assert mask("amount", "1") == mask("amount", "1000000")


def test_levels_are_ordered() -> None:
    assert most([MASKED, READ, NONE]) is READ
    assert least(WRITE, MASKED, READ) is MASKED
    assert most([]) is WRITE


def _screens_of(entity: str) -> set[str]:
    return {entity}


SALES, BUYERS, STAFF = 1, 2, 3
GIVEN = {
    (SALES, "Product", "cost"): NONE,
    (BUYERS, "Product", "cost"): READ,
    (SALES, "Customer", "phone"): MASKED,
}


def test_the_most_permissive_role_decides() -> None:
    screens = {SALES: {"Product", "Customer"}, BUYERS: {"Product"}}

    assert combined(GIVEN, screens, _screens_of)["Product"] == {"cost": READ}


def test_a_role_that_says_nothing_of_a_column_lets_it_be_written() -> None:
    screens = {SALES: {"Product", "Customer"}, STAFF: {"Product"}}

    levels = combined({k: v for k, v in GIVEN.items() if k[0] != BUYERS}, screens, _screens_of)

    assert levels == {"Customer": {"phone": MASKED}}


def test_a_role_that_does_not_open_the_screen_does_not_open_its_columns() -> None:
    screens = {SALES: {"Customer"}, STAFF: {"Task"}}

    assert combined(GIVEN, screens, _screens_of)["Customer"] == {"phone": MASKED}


def test_where_no_role_opens_the_screen_all_of_them_count() -> None:
    given = {(SALES, "Line", "price"): NONE, (STAFF, "Line", "price"): MASKED}

    levels = combined(given, {SALES: {"Order"}, STAFF: {"Task"}}, _screens_of)

    assert levels == {"Line": {"price": MASKED}}
