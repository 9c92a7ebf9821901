"""What the tables of views hold, whoever writes: one audience, one default, one star."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.entities.system.views import Favourite, SavedView, ViewDefault, ViewPin
from app.rules.views import Audience
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    "values",
    [
        {"audience": Audience.TEAM},
        {"audience": Audience.ROLE},
        {"audience": Audience.PERSONAL, "role_id": 1},
        {"audience": Audience.EVERYBODY, "role_id": 1},
    ],
)
def test_a_view_is_shared_with_what_it_names(session: Session, values: dict[str, Any]) -> None:
    user = make_user(session, "sales")
    values = {name: user.roles[0].id if value == 1 else value for name, value in values.items()}
    session.add(SavedView(entity="Customer", name="x", user_id=user.id, **values))
    with pytest.raises(IntegrityError):
        session.flush()


def test_names_and_choices_stand_once(session: Session) -> None:
    user = make_user(session)
    view = SavedView(entity="Customer", name="x", user_id=user.id)
    session.add(view)
    session.commit()
    mine = {"entity": "Customer", "user_id": user.id}
    for again in (
        lambda: SavedView(name="x", **mine),
        lambda: ViewDefault(view_id=view.id, **mine),
        lambda: ViewPin(view_id=view.id, user_id=user.id),
        lambda: Favourite(entity_id=1, **mine),
    ):
        session.add(again())
        if not isinstance(again(), SavedView):
            session.commit()
            session.add(again())
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_pins_and_defaults_go_with_their_view(session: Session) -> None:
    user = make_user(session)
    view = SavedView(entity="Customer", name="x", user_id=user.id)
    session.add(view)
    session.flush()
    session.add(ViewPin(view_id=view.id, user_id=user.id))
    session.add(ViewDefault(view_id=view.id, user_id=user.id, entity="Customer"))
    session.commit()
    session.delete(view)
    session.commit()
    assert session.query(ViewPin).count() == 0
    assert session.query(ViewDefault).count() == 0
