"""Rows that tests need and do not care about: shortest valid ones, every value can be given."""

from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.entities.system.user import Role, User

_numbers = count(1)
PASSWORD = "correct horse battery"
#: of PASSWORD, with few rounds: hashing would take longer than most tests
_HASH = generate_password_hash(PASSWORD, "scrypt:1024:8:1")


def make_user(session: Session, *roles: str, **values: Any) -> User:
    """A committed active user with the named roles; their password is PASSWORD."""
    number = next(_numbers)
    name = values.pop("name", f"User {number}")
    user = User(
        username=f"user{number}",
        first_name=name,
        last_name="",
        email=f"user{number}@example.com",
        password=_HASH,
        active=True,
        name=name,
    )
    for key, value in values.items():
        setattr(user, key, value)
    user.roles = [_role(session, role) for role in roles]
    session.add(user)
    session.commit()
    return user


def _role(session: Session, name: str) -> Role:
    role = session.scalar(select(Role).where(Role.name == name))
    return role or Role(name=name)
