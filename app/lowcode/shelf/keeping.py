"""Changes of a person's shelf: views saved, shared, pinned and made the default; favourites.

Everything is done on behalf of the acting person and flushed; the edge commits.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.entities.system.organization import Team
from app.entities.system.user import Role
from app.entities.system.views import Favourite, SavedView, ViewDefault, ViewPin
from app.lowcode.principal import Principal, current
from app.lowcode.shelf.held import HeldView, my_roles
from app.rules.errors import DomainError, InvalidInput
from app.rules.text import storable
from app.rules.views import Audience

LONGEST_NAME = 64
#: characters of a query string; a longer one is no address any more
LONGEST_STATE = 8000
MOST_FAVOURITES = 100
#: the right to show views to others, and the screen it stands at
SHARING = ("can_share", "SavedView")


class ViewRefused(DomainError):  # noqa: N818 - reads as what happened
    """Somebody tried to change a view that is not theirs, or to share more widely than they may."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """With whom a view is shared."""

    audience: Audience = Audience.PERSONAL
    team_id: int | None = None
    role_id: int | None = None

    @classmethod
    def read(cls, text: str) -> "Sharing":
        """`personal`, `everybody`, `team:3` or `role:5`; InvalidInput for anything else."""
        code, _colon, key = text.partition(":")
        number = int(key) if key.isascii() and key.isdigit() and len(key) < 10 else None
        match code, number:
            case (("personal" | "everybody"), None):
                return cls(Audience(code))
            case "team", int():
                return cls(Audience.TEAM, team_id=number)
            case "role", int():
                return cls(Audience.ROLE, role_id=number)
        raise InvalidInput("Choose who sees this view.", field="sharing")

    def __str__(self) -> str:
        key = self.team_id or self.role_id
        return f"{self.audience.value}:{key}" if key else self.audience.value


def may_share() -> bool:
    return current().can(*SHARING)


def may_change(held: HeldView) -> bool:
    """Whoever made it; what is shared also whoever administers the product."""
    return held.is_own or (current().sees_all and held.audience is not Audience.PERSONAL)


# views --------------------------------------------------------------------------
def save_view(session: Session, entity: str, name: str, state: str, sharing: Sharing) -> SavedView:
    """A new view of the acting person's."""
    row = SavedView(entity=entity, user_id=_me(), state=_state(state))
    _name_it(session, row, name)
    _share(session, row, sharing)
    session.add(row)
    session.flush()
    return row


def change_view(
    session: Session,
    held: HeldView,
    *,
    name: str | None = None,
    state: str | None = None,
    sharing: Sharing | None = None,
) -> SavedView:
    """Rename a view, share it with others, or have it show something else."""
    row = _row(session, held)
    if state is not None:
        row.state = _state(state)
    if name is not None and name.strip() != row.name:
        _name_it(session, row, name)
    if sharing is not None and str(sharing) != str(sharing_of(held)):
        _share(session, row, sharing)
    session.flush()
    return row


def delete_view(session: Session, held: HeldView) -> None:
    """With it go the pins and defaults of everybody."""
    session.delete(_row(session, held))
    session.flush()


def sharing_of(held: HeldView) -> Sharing:
    return Sharing(held.audience, held.team_id, held.role_id)


def _row(session: Session, held: HeldView) -> SavedView:
    row = session.get(SavedView, held.id)
    if row is None or not may_change(held):
        raise ViewRefused("Only whoever made this view may change it.")
    return row


def _name_it(session: Session, row: SavedView, name: str) -> None:
    name = storable(name).strip()
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("Give the view a name of at most %(limit)s characters.",
                           field="name", limit=LONGEST_NAME)  # fmt: skip
    same = select(SavedView.id).where(
        SavedView.user_id == row.user_id, SavedView.entity == row.entity, SavedView.name == name
    )
    with session.no_autoflush:
        if session.scalar(same) is not None:
            raise InvalidInput("There is a view of this name already.", field="name")
    row.name = name


def _state(text: str) -> str:
    if len(text) > LONGEST_STATE:
        raise InvalidInput("This view says too much to be saved; use fewer filters.")
    return text


def _share(session: Session, row: SavedView, sharing: Sharing) -> None:
    """ViewRefused for others than the own teams and roles, administrators aside."""
    actor = current()
    if sharing.audience is not Audience.PERSONAL and not may_share():
        raise ViewRefused("You may not share views with others.", field="sharing")
    if sharing.team_id is not None:
        row.team = _known(session, Team, sharing.team_id)
        if not (actor.sees_all or sharing.team_id in {*actor.team_line, *actor.team_ids}):
            raise ViewRefused("Views are shared with the own team and the own roles.")
    if sharing.role_id is not None:
        row.role = _known(session, Role, sharing.role_id)
        _check_role(actor, sharing.role_id)
    row.audience, row.team_id, row.role_id = sharing.audience, sharing.team_id, sharing.role_id


def _known(session: Session, model: type[Any], key: int) -> Any:
    row = session.get(model, key)
    if row is None:
        raise InvalidInput("Choose who sees this view.", field="sharing")
    return row


def _check_role(actor: Principal, role_id: int) -> None:
    if not (actor.sees_all or role_id in my_roles()):
        raise ViewRefused("Views are shared with the own team and the own roles.")


# what is done with them ---------------------------------------------------------
def open_with(session: Session, entity: str, view_id: int | None) -> None:
    """From now on the acting person's list opens with this view; None: with the plain list."""
    _set_default(session, entity, view_id, user_id=_me())


def forget_default(session: Session, entity: str) -> None:
    """The list opens as the person's roles have it."""
    _drop_default(session, entity, ViewDefault.user_id == _me())


def open_role_with(session: Session, entity: str, held: HeldView | None, role_id: int) -> None:
    """The same for everybody of a role who has not chosen for themself; None takes it back.

    The view must be one that the role sees.
    """
    if not may_share():
        raise ViewRefused("You may not share views with others.")
    _check_role(current(), role_id)
    if held is None:
        _drop_default(session, entity, ViewDefault.role_id == role_id)
        return
    is_theirs = held.audience is Audience.EVERYBODY or held.role_id == role_id
    if not is_theirs:
        raise InvalidInput("Share the view with this role or with everybody first.")
    _set_default(session, entity, held.id, role_id=role_id)


def _drop_default(session: Session, entity: str, whose: ColumnElement[bool]) -> None:
    for row in session.scalars(select(ViewDefault).where(whose, ViewDefault.entity == entity)):
        session.delete(row)
    session.flush()


def _set_default(session: Session, entity: str, view_id: int | None, **whose: int) -> None:
    ((column, key),) = whose.items()
    found = select(ViewDefault).where(
        getattr(ViewDefault, column) == key, ViewDefault.entity == entity
    )
    row = session.scalar(found) or ViewDefault(entity=entity, **whose)
    row.view_id = view_id
    session.add(row)
    session.flush()


def set_pinned(session: Session, view_id: int, *, pinned: bool) -> None:
    """Keep a view that the acting person sees in their sidebar, or take it out."""
    found = select(ViewPin).where(ViewPin.user_id == _me(), ViewPin.view_id == view_id)
    row = session.scalar(found)
    if pinned and row is None:
        session.add(ViewPin(user_id=_me(), view_id=view_id))
    elif not pinned and row is not None:
        session.delete(row)
    session.flush()


def set_favourite(session: Session, entity: str, key: int, *, kept: bool) -> None:
    """Keep a record at hand, which the acting person was seen to see, or let it go."""
    mine = select(Favourite).where(Favourite.user_id == _me()).order_by(Favourite.id)
    rows = list(session.scalars(mine))
    found = next((row for row in rows if (row.entity, row.entity_id) == (entity, key)), None)
    if kept and found is None:
        for row in rows[: max(0, len(rows) + 1 - MOST_FAVOURITES)]:
            session.delete(row)
        session.add(Favourite(user_id=_me(), entity=entity, entity_id=key))
    elif not kept and found is not None:
        session.delete(found)
    session.flush()


def _me() -> int:
    user_id = current().user_id
    if user_id is None:
        raise ViewRefused("Only people keep views and favourites.")
    return user_id
