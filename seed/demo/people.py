"""The sample company's teams and users."""

import secrets

from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.entities.system.organization import Team
from app.entities.system.user import Role, User
from seed.demo import words
from seed.demo.sample import Sample


def add_people(sample: Sample) -> list[tuple[str, str, str]]:
    """(user name, role, password) of everybody who may sign in."""
    for code, name, parent, region in words.TEAMS:
        sample.teams[code] = Team(
            code=code,
            name=name,
            parent=sample.teams.get(parent or ""),
            region=sample.regions.get(region or ""),
        )
    sample.session.add_all(sample.teams.values())
    shown = []
    for role, name, title, team in words.USERS:
        password = secrets.token_urlsafe(12)
        user = _add_user(sample, f"demo_{role}", role, password, name, title, team)
        shown.append((user.username, role, password))
    for number, (role, name, title, team) in enumerate(words.COLLEAGUES, start=1):
        # Nobody knows this password: the colleague never signs in.
        password = secrets.token_urlsafe(32)
        _add_user(sample, f"demo_colleague_{number}", role, password, name, title, team)
    sample.session.flush()
    # Teams and users point at each other: the managers come when both are written.
    sample.teams["demo-sales"].manager = sample.sellers[0]
    return shown


def _add_user(
    sample: Sample, username: str, role: str, password: str, name: str, title: str, team: str
) -> User:
    rights = sample.session.scalars(select(Role).where(Role.name == role)).one()
    user = User(
        username=username,
        password=generate_password_hash(password),
        name=name,
        first_name=name,
        last_name="",
        email=f"{username.replace('_', '-')}@example.com",
        job_title=title,
        team=sample.teams[team],
        region=sample.teams[team].region,
        roles=[rights],
        active=True,
    )
    sample.session.add(user)
    if role in {"sales", "sales_manager"}:
        sample.sellers.append(user)
    if role == "service":
        sample.agents.append(user)
    return user
