"""`ENTITY field=value …` on the command line as the rows of a list, on somebody's behalf."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click
from flask import Flask, current_app
from flask_babel import force_locale
from sqlalchemy import func, or_, select
from sqlalchemy.exc import DataError

from app.commands.console import CHINESE, words
from app.entities.system.user import User
from app.extensions import db, reading
from app.lowcode import registered
from app.lowcode.exporting import readable_columns
from app.lowcode.fields import resolve
from app.lowcode.fields.inputs import translated
from app.lowcode.list_state import Listable, ListState
from app.lowcode.principal import acting_as, system
from app.lowcode.security import principal_for
from app.rules.errors import DomainError


class Refusal(click.ClickException):
    """One clear line and status 2: the command line names what does not exist."""

    exit_code = 2

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(words(english, chinese))


def find_screen(app: Flask, entity: str) -> Any:
    """The screen of a resource name such as `product-categories`."""
    screens = {screen.resource: screen for screen in registered.screens(app).values()}
    if entity not in screens:
        known = ", ".join(sorted(screens))
        raise Refusal(
            f"There is no entity {entity}. Known: {known}",
            f"没有名为 {entity} 的实体。可用：{known}",
        )
    return screens[entity]


def state_of(screen: Any, conditions: Sequence[str]) -> ListState:
    """`field=value` arguments as the state of a list; `q=words` searches as its box does."""
    q, filters = "", []
    for condition in conditions:
        path, separator, text = condition.partition("=")
        if not separator or not text:
            raise Refusal(
                f"Write conditions as field=value, not {condition}",
                f"条件须写成 字段=值，而不是 {condition}",
            )
        if path == "q":
            q = text
        elif may_filter(screen, path):
            filters.append((path, text))
        else:
            raise unknown_field(screen, path)
    return ListState(q=q, filters=tuple(filters))


def may_filter(screen: Any, path: str) -> bool:
    """Is it a filter of the list, or a column that the screen (or a related one) shows?"""
    if path in screen.filters:
        return True
    first, dot, rest = path.partition(".")
    if first not in readable_columns(screen):
        return False
    if not dot:
        return True
    target = getattr(resolve(screen.model, first).field, "target", None)
    related = screen.screen_of(target) if target else None
    return related is not None and may_filter(related, rest)


def unknown_field(screen: Any, path: str) -> Refusal:
    known = ", ".join(sorted({*screen.filters, *readable_columns(screen)}))
    return Refusal(
        f"{screen.resource} has no field {path}. Known: {known}",
        f"{screen.resource} 没有字段 {path}。可用：{known}",
    )


def widened(source: Listable, state: ListState) -> Listable:
    """The list with the conditions of the command line among its filters."""
    return replace(source, filters=source.filters | {path for path, _text in state.filters})


@contextmanager
def on_behalf_of(user: str | None, reason: str) -> Iterator[None]:
    """Read as this user, else as the product itself; refusals become one line, status 2."""
    with reading(), force_locale("zh" if CHINESE else "en"):
        actor = acting_as(principal_for(_user_id(user))) if user else system(reason)
        try:
            with actor:
                yield
        except DomainError as error:
            raise Refusal(translated(error), translated(error)) from error
        except (DataError, OverflowError) as error:
            raise Refusal("A value is too large.", "数值过大。") from error
        finally:
            db.session.rollback()


def require(screen: Any, permission: str) -> None:
    if not screen.may(permission):
        raise Refusal("This person's role does not allow this.", "此人的角色不允许这样做。")


def _user_id(name: str) -> int:
    wanted = name.strip().lower()
    found = or_(func.lower(User.username) == wanted, func.lower(User.email) == wanted)
    user_id = db.session.scalar(select(User.id).where(found))
    if user_id is None:
        raise Refusal(f"There is no user {name}.", f"没有用户 {name}。")
    return user_id


def product() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]
