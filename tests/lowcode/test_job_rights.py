"""Work goes on with the rights of whoever put it in, and a program's key has one role alone."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.lowcode import principal
from app.lowcode.jobs import JobContext, Runner, enqueue, job
from app.lowcode.principal import system
from app.models import Job, User
from app.rules.jobs import JobState
from app.services.system.accounts import create_api_key
from tests.callers import inside
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("database")


@job("test_rights")
def _rights(_context: JobContext) -> dict[str, Any]:
    actor = principal.current()
    return {"roles": list(actor.roles), "may_list_users": actor.can("can_list", "User")}


@pytest.fixture
def key(app: Flask) -> str:
    """Of an administrator who sells, too, and gave the program that role."""
    with inside(app) as session:
        user = make_user(session, "sales", "administrator", username="boss")
        sales = next(role for role in user.roles if role.name == "sales")
        return create_api_key(session, user, "shop", sales)


def put_in(app: Flask, key: str) -> int:
    """As a request of the program does."""
    headers = {"Authorization": f"Bearer {key}"}
    with app.test_request_context("/api/v1/customers", method="POST", headers=headers):
        app.preprocess_request()
        number: int = enqueue(db.session(), "test_rights").id
        db.session.commit()
    return number


def ended(app: Flask, number: int) -> Job:
    Runner(app, 1, ()).run_pending()
    with app.app_context(), system("test"):
        return db.session.get_one(Job, number)


def test_work_of_a_program_has_the_role_of_its_key_and_no_other(app: Flask, key: str) -> None:
    done = ended(app, put_in(app, key))
    assert done.result == {"roles": ["sales"], "may_list_users": False}


def test_work_of_a_program_is_not_done_once_the_role_is_taken(app: Flask, key: str) -> None:
    number = put_in(app, key)
    with inside(app) as session:
        user = session.scalars(select(User).where(User.username == "boss")).one()
        user.roles = [role for role in user.roles if role.name != "sales"]
    assert ended(app, number).state is JobState.DEAD
