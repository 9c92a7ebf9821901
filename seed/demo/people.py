"""The sample company's teams and users."""

import secrets

from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.entities.system.organization import Team
from app.entities.system.user import Role, User
from seed.demo import words
from seed.demo.sample import Sample


def add_people(sample: Sample) -> list[tuple[str, str, str]]:
    for code, name, parent, region in words.TEAMS:
        sample.teams[code] = Team(
            code=code,
            name=name,
            parent=sample.teams.get(parent or ""),
            region=sample.regions.get(region or ""),
        )
        sample.session.add(sample.teams[code])
    sample.session.flush()
    shown = [_add_user_of(sample, *line) for line in words.USERS]
    for number, (name, team) in enumerate(words.COLLEAGUES, start=1):
        # Nobody knows this password: the colleague owns customers and never signs in.
        user = _user(sample, f"demo_colleague_{number}", name, "销售代表", team)
        user.password = generate_password_hash(secrets.token_urlsafe(32))
        user.roles = [_role(sample, "sales")]
        sample.sellers.append(user)
    sample.session.flush()
    return shown


def _add_user_of(
    sample: Sample, role: str, name: str, title: str, team: str
) -> tuple[str, str, str]:
    password = secrets.token_urlsafe(12)
    user = _user(sample, f"demo_{role}", name, title, team)
    user.password = generate_password_hash(password)
    user.roles = [_role(sample, role)]
    if role == "sales_manager":
        sample.teams[team].manager = user
    if role in {"sales", "sales_manager"}:
        sample.sellers.append(user)
    return user.username, role, password


def _user(sample: Sample, username: str, name: str, title: str, team: str) -> User:
    user = User(
        username=username,
        name=name,
        first_name=name,
        last_name="",
        email=f"{username.replace('_', '-')}@example.com",
        job_title=title,
        team=sample.teams[team],
        region=sample.teams[team].region,
        active=True,
    )
    sample.session.add(user)
    return user


def _role(sample: Sample, name: str) -> Role:
    return sample.session.scalars(select(Role).where(Role.name == name)).one()
