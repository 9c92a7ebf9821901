"""Passwords are hashed, asked for before they change, and one-time ones are good for one time."""

import pytest

from app.entities.system.user import User
from app.rules.errors import DomainError
from app.rules.passwords import SHORTEST
from app.services.system.accounts import (
    api_key_digest,
    change_password,
    give_one_time_password,
    hash_password,
    password_matches,
    password_stamp,
)

OLD, NEW = "horse window 77 river", "quiet lamp over nine hills"


@pytest.fixture
def user() -> User:
    return User(username="linlin", email="lin.office@example.com", password=hash_password(OLD))


def test_a_password_is_never_stored_as_it_is():
    assert OLD not in hash_password(OLD)
    assert hash_password(OLD) != hash_password(OLD), "each hash has a salt of its own"


@pytest.mark.parametrize(
    ("stored", "typed", "expected"),
    [
        (hash_password(OLD), OLD, True),
        (hash_password("ｋｅｙ for every door"), "key for every door", True),  # typed in full width
        (hash_password(OLD), NEW, False),
        (hash_password(OLD), "", False),
        (None, OLD, False),  # an account that has no password
        ("", "", False),
    ],
)
def test_only_the_password_itself_matches(stored, typed, expected):
    assert password_matches(stored, typed) is expected


def test_a_change_needs_the_present_password(user):
    with pytest.raises(DomainError) as refusal:
        change_password(user, NEW, NEW)
    assert refusal.value.field == "old_password"
    assert password_matches(user.password, OLD)


@pytest.mark.parametrize(
    "new",
    ["short", OLD, "linlin is my name", "lin.office at work", "password12345", "x" * 200],
)
def test_a_weak_or_unchanged_new_password_is_refused_beside_its_field(user, new):
    with pytest.raises(DomainError) as refusal:
        change_password(user, OLD, new)
    assert refusal.value.field == "new_password"
    assert password_matches(user.password, OLD)


def test_the_own_change_lifts_the_duty_to_change(user):
    user.must_change_password = True
    change_password(user, OLD, NEW)
    assert password_matches(user.password, NEW)
    assert user.must_change_password is False


def test_a_one_time_password_is_random_long_and_must_be_changed(user):
    first, second = give_one_time_password(user), give_one_time_password(user)
    assert first != second
    assert len(second) >= SHORTEST
    assert password_matches(user.password, second)
    assert user.must_change_password is True


def test_a_new_password_changes_the_stamp_that_sessions_carry(user):
    before = password_stamp(user)
    change_password(user, OLD, NEW)
    assert password_stamp(user) != before


def test_the_digest_of_a_key_does_not_show_the_key():
    assert "kehu_secret" not in api_key_digest("kehu_secret")
