"""A small company for claims about access: who asks, and one row of everything on each side."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.entities.base import SHARED
from app.entities.system.bin import BinEntry
from app.entities.system.notification import Notification
from app.entities.system.record import Attachment
from app.entities.system.user import Role
from app.extensions import db
from app.lowcode import registered
from app.lowcode.belongings import folder
from app.lowcode.principal import DataScope, system
from app.lowcode.screens.declare import Board, Lines
from app.lowcode.security.permissions import declared_pairs
from app.lowcode.security.rights import write_rights
from tests.access.rows import Rows
from tests.factories import make_user
from tests.visitors import Visitor

#: what stands in the place of any named action in `Company.lacking`
ACTIONS = "an action"


class Asker(Visitor):
    """A visitor that comes back with the session that a request has ended."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._cookies: dict[Any, Any] = {}

    def sign_in(self, username: str, user_id: int) -> None:
        super().sign_in(username, user_id)
        self.token()
        self._cookies = dict(self._client._cookies)

    def be_back(self) -> None:
        """Have the session again that a request has ended."""
        self._client._cookies = dict(self._cookies)

    def ask(self, method: str, path: str, **body: Any) -> TestResponse:
        """`data=` for a form, `json=` for a program."""
        headers = {"X-CSRFToken": self.token()}
        return self._client.open(path, method=method, headers=headers, **body)


@dataclass
class Company:
    """Everybody who asks, and the keys of the rows: {entity: {"own": …, "foreign": …}}."""

    app: Flask
    nobody: Asker
    #: signed in, without a role
    stranger: Asker
    #: every right there is, over own rows
    owner: Asker
    boss: Asker
    #: every right but this one
    lacking: dict[str, Asker]
    keys: dict[str, dict[str, int]] = field(default_factory=dict)
    files: dict[str, dict[str, int]] = field(default_factory=dict)
    _kept: dict[Path, bytes] = field(default_factory=dict)

    @property
    def screens(self) -> dict[str, Any]:
        """Entity name → declared screen."""
        known = registered.screens(self.app).values()
        return {view.model.__name__: view for view in known}

    def recover(self) -> None:
        """Once the database is put back: everybody is signed in, and no file is missing."""
        for asker in (self.stranger, self.owner, self.boss, *self.lacking.values()):
            asker.be_back()
        self._write_files()

    def keep_files(self) -> None:
        self._kept = {path: path.read_bytes() for path in self._folder.glob("*/*")}

    def _write_files(self) -> None:
        """Put files back that a deleted record or a discarded import took along."""
        for path, data in self._kept.items():
            if not path.exists():
                path.write_bytes(data)

    @property
    def _folder(self) -> Path:
        var: Path = self.app.extensions["kehu_settings"].var
        return var


def found_company(app: Flask) -> Company:
    """Fill the database; everybody is signed in."""
    rights = declared_pairs(app)
    lacks = {ACTIONS} | {right for right, _screen in rights if right.startswith("can_")}
    with app.app_context(), system("test"):
        session = db.session()
        _role(session, "everything", rights, DataScope.OWN)
        for lack in lacks:
            held = {pair for pair in rights if _word(pair[0]) != lack}
            # All rows: it is the right alone that they lack.
            _role(session, f"no {lack}", held, DataScope.ALL)
        names = {"owner": ["everything"], "stranger": [], "boss": ["administrator"]}
        names |= {lack: [f"no {lack}"] for lack in lacks}
        people = {
            key: make_user(session, *roles, name=f"asks {key}") for key, roles in names.items()
        }
        signing = {key: (user.username, user.id) for key, user in people.items()}
        keys, files = _rows(session, app, people["owner"])
        session.commit()
    askers = {key: _signed_in(app, *pair) for key, pair in signing.items()}
    for side, asker in (("own", askers["owner"]), ("foreign", askers["boss"])):
        file = (BytesIO("名称\n示例\n".encode()), f"{side}.csv")
        answer = asker.ask("POST", "/import/customers", data={"file": file})
        keys.setdefault("ImportRun", {})[side] = int(answer.location.split("/")[3])
    company = Company(
        app=app,
        nobody=Asker(app),
        stranger=askers.pop("stranger"),
        owner=askers.pop("owner"),
        boss=askers.pop("boss"),
        lacking=askers,
        keys=keys,
        files=files,
    )
    company.keep_files()
    return company


def _word(right: str) -> str:
    return right if right.startswith("can_") else ACTIONS


def is_of_somebody(model: type[Any]) -> bool:
    """Do rows of this entity belong to people, by themselves or through another row?"""
    return bool(model.scope.owner or model.scope.parent) or model is BinEntry


def _role(session: Session, name: str, rights: set[tuple[str, str]], reach: DataScope) -> None:
    role = Role(name=name)
    session.add(role)
    session.flush()
    reaches = {
        mapper.class_.__name__: reach if scope.owner else DataScope.ALL
        for mapper in Role.registry.mappers
        if (scope := getattr(mapper.class_, "scope", SHARED)) != SHARED
    }
    write_rights(session, role, rights, reaches)


def _rows(session: Session, app: Flask, owner: Any) -> tuple[Any, Any]:
    """One row of every screen on each side, with a file attached to each."""
    keys: dict[str, dict[str, int]] = {}
    files: dict[str, dict[str, int]] = {}
    for side, person in (("own", owner), ("foreign", make_user(session, name="foreign owner"))):
        rows = Rows(session, side, person)
        for model in registered.screens(app):
            row, name = rows.one(model), model.__name__
            stored = f"{side}-{name}"
            attachment = Attachment(
                entity=name, entity_id=row.id, name=f"{side}.txt", stored_name=stored,
                content_type="text/plain", size=6, sha256="0" * 64,
            )  # fmt: skip
            session.add(attachment)
            session.flush()
            (folder() / stored).write_text("secret")
            keys.setdefault(name, {})[side] = row.id
            files.setdefault(name, {})[side] = attachment.id
        note = Notification(user=person, text=f"{side} notification")
        session.add(note)
        session.flush()
        keys["Notification"] = {**keys.get("Notification", {}), side: note.id}
    return keys, files


def _signed_in(app: Flask, username: str, user_id: int) -> Asker:
    asker = Asker(app)
    asker.sign_in(username, user_id)
    return asker


def parents_of(view: Any, screens: dict[str, Any]) -> Iterator[Any]:
    """The screens, of those by entity name, whose records show this one's rows in a tab."""
    for relationship in inspect(view.model).relationships:
        parent = screens.get(relationship.mapper.class_.__name__)
        if parent is not None and view.relation_to(parent.model) == relationship.key:
            yield parent


def lines_of(view: Any) -> list[Any]:
    return [part for part in view.form if isinstance(part, Lines)]


def boards_of(view: Any) -> list[Any]:
    return view.layouts_of(Board)
