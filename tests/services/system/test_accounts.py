"""Passwords are hashed, asked for before they change, and one-time ones are good for one time."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.entities.system.user import ApiKey, Role, User
from app.entities.types import now_utc
from app.rules.errors import DomainError
from app.rules.passwords import SHORTEST
from app.services.system.accounts import (
    api_key_digest,
    change_password,
    create_api_key,
    give_one_time_password,
    hash_password,
    is_valid_key,
    password_matches,
    revoke_api_key,
)
from tests.factories import make_user

OLD, NEW = "horse window 77 river", "quiet lamp over nine hills"
COMPANY = "Bluebrook"


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
        change_password(user, NEW, NEW, COMPANY)
    assert refusal.value.field == "old_password"
    assert password_matches(user.password, OLD)


@pytest.mark.parametrize(
    "new",
    [
        "short",
        OLD,
        "linlin is my name",
        "lin.office at work",
        "my bluebrook desk",
        "password12345",
        "x" * 200,
    ],
)
def test_a_weak_or_unchanged_new_password_is_refused_beside_its_field(user, new):
    with pytest.raises(DomainError) as refusal:
        change_password(user, OLD, new, COMPANY)
    assert refusal.value.field == "new_password"
    assert password_matches(user.password, OLD)


def test_the_own_change_lifts_the_duty_to_change(user):
    user.must_change_password = True
    change_password(user, OLD, NEW, COMPANY)
    assert password_matches(user.password, NEW)
    assert user.must_change_password is False


def test_a_one_time_password_is_random_long_and_must_be_changed(user):
    first, second = give_one_time_password(user), give_one_time_password(user)
    assert first != second
    assert len(second) >= SHORTEST
    assert password_matches(user.password, second)
    assert user.must_change_password is True


def test_the_digest_of_a_key_does_not_show_the_key():
    assert "kehu_secret" not in api_key_digest("kehu_secret")


def person(session: Session, *roles: str) -> Any:
    return make_user(session, *roles)


def test_a_key_acts_in_the_only_role_of_its_user_and_ends_in_a_year(session: Session) -> None:
    user = person(session, "sales")
    create_api_key(session, user, " shop ")
    key = session.scalars(select(ApiKey)).one()
    assert (key.name, key.role.name) == ("shop", "sales")
    assert timedelta(days=364) < key.expires_on - now_utc() <= timedelta(days=365)
    assert is_valid_key(key, now_utc())


@pytest.mark.parametrize(
    ("roles", "options", "field"),
    [
        ((), {}, "role"),
        (("sales", "warehouse"), {}, "role"),
        (("sales",), {"role": "warehouse"}, "role"),
        (("sales",), {"name": "  "}, "name"),
        (("sales",), {"expires_on": now_utc() - timedelta(seconds=1)}, "days"),
        (("sales",), {"expires_on": now_utc() + timedelta(days=731)}, "days"),
    ],
)
def test_a_key_without_name_role_or_end_is_not_made(
    session: Session, roles: tuple[str, ...], options: dict[str, Any], field: str
) -> None:
    if "role" in options:
        options = {"role": session.scalars(select(Role).where(Role.name == options["role"])).one()}
    with pytest.raises(DomainError) as refusal:
        create_api_key(session, person(session, *roles), **{"name": "shop", **options})
    assert refusal.value.field == field


def test_a_revoked_key_stays_revoked(session: Session) -> None:
    create_api_key(session, person(session, "sales"), "shop")
    key = session.scalars(select(ApiKey)).one()
    revoke_api_key(key)
    first = key.revoked_on
    revoke_api_key(key)
    assert key.revoked_on == first
    assert not is_valid_key(key, now_utc())
