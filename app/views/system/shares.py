"""Sharing one record: the card on its page, where shares are listed, given and taken back."""

from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select

from app.entities.system.organization import Team
from app.entities.system.row_access import RecordShare
from app.entities.system.user import User
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import registered
from app.lowcode.access.sharing import can_be_shared, share, shares_of, unshare
from app.lowcode.fields import field_of
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.moments import today
from app.lowcode.fields.relations import key_of
from app.lowcode.pages import Choice
from app.lowcode.principal import current
from app.rules.access import Access
from app.rules.errors import DomainError, InvalidInput
from app.rules.parsing import parse_date


@dataclass(slots=True)
class ShownShare:
    """One line of the card; `remove_url` is None for who may not take it back."""

    icon: str
    name: str
    access: Choice
    #: last day, in words; "" for good
    until: str
    is_over: bool
    notes: str
    remove_url: str | None


@dataclass(slots=True)
class SharesCard:
    """The context of `access/_shares.html`."""

    items: list[ShownShare]
    #: None for who may not share
    add_url: str | None
    user_picker_url: str
    team_picker_url: str
    access: list[Choice]
    error: str = ""


class ShareView(BaseView):
    """Reached through the record: who opens it sees its shares, `can_share` changes them."""

    route_base = "/shares"

    @expose("/<resource>/<int:pk>")
    def card(self, resource: str, pk: int) -> Any:
        view, item = _record(resource, pk)
        return render_template("access/_shares.html", card=_card(view, item))

    @expose("/<resource>/<int:pk>", methods=["POST"])
    def add(self, resource: str, pk: int) -> Any:
        """Share it with the chosen person and the chosen team; the card as it is then."""
        view, item = _record(resource, pk)
        _require(view)
        error = ""
        try:
            _give(item)
            db.session.commit()
        except DomainError as refused:
            db.session.rollback()
            error = translated(refused)
        card = _card(view, view.get_item(pk), error)
        return render_template("access/_shares.html", card=card), 422 if error else 200

    @expose("/<resource>/<int:pk>/<int:key>/remove", methods=["POST"])
    def remove(self, resource: str, pk: int, key: int) -> Any:
        view, item = _record(resource, pk)
        _require(view)
        held = next((one for one in shares_of(db.session(), item) if one.id == key), None)
        unshare(db.session(), held or abort(404))
        db.session.commit()
        return render_template("access/_shares.html", card=_card(view, item))

    @expose("/picker/<kind>")
    def picker(self, kind: str) -> Any:
        """People or teams to share with, found as one types."""
        actor = current()
        if actor.user_id is None:
            abort(401)
        shareable = any(right == "can_share" for right, _screen in actor.permissions)
        if not (actor.sees_all or shareable):
            abort(403)
        target: type[Any] = {"user": User, "team": Team}.get(kind) or abort(404)
        words = request.args.get("q", "").split()[:5]
        found = select(target).order_by(target.name).limit(20)
        for word in words:
            found = found.where(target.name.icontains(word, autoescape=True))
        if target is User:
            found = found.where(User.active)
        rows = db.session.scalars(found)
        return [{"value": str(row.id), "label": row.name} for row in rows]


def _record(resource: str, pk: int) -> tuple[Any, Any]:
    """The screen and the record inside the acting person's scope."""
    if current().user_id is None:
        abort(401)
    screens = registered.screens().values()
    view = next((one for one in screens if one.resource == resource), None)
    if view is None or not can_be_shared(view.model):
        abort(404)
    if not view.may("can_show"):
        abort(403)
    return view, view.get_item(pk)


def _require(view: Any) -> None:
    if not view.may("can_share"):
        abort(403)


def _give(item: Any) -> None:
    """Reads the form: DomainError for what is missing, cannot be read or may not be given."""
    code = request.form.get("access", "")
    if code not in set(Access):
        abort(400)
    until = parse_date(text, today()) if (text := request.form.get("until", "").strip()) else None
    subjects = [*_chosen(User, "user"), *_chosen(Team, "team")]
    if not subjects:
        raise InvalidInput("Choose a person or a team first.")
    notes = request.form.get("notes", "").strip()[:200] or None
    for subject in subjects:
        share(db.session(), item, subject, Access(code), until, notes=notes)


def _chosen(target: type[Any], name: str) -> list[Any]:
    keys = [key_of(text) for text in request.form.getlist(name) if text]
    return list(db.session.scalars(select(target).where(target.id.in_(keys)))) if keys else []


def _card(view: Any, item: Any, error: str = "") -> SharesCard:
    may = view.may("can_share")
    address = {"resource": view.resource, "pk": item.id}
    return SharesCard(
        items=[_shown(one, address, may) for one in shares_of(db.session(), item)],
        add_url=url_for("ShareView.add", **address) if may else None,
        user_picker_url=url_for("ShareView.picker", kind="user"),
        team_picker_url=url_for("ShareView.picker", kind="team"),
        access=[Choice(one.value, _(one.label), one.color) for one in Access],
        error=error,
    )


def _shown(held: RecordShare, address: dict[str, Any], may: bool) -> ShownShare:
    until = field_of(RecordShare, "until")
    return ShownShare(
        icon="user" if held.user else "users-group",
        name=repr(held.user or held.team),
        access=Choice(held.access.value, _(held.access.label), held.access.color),
        until=until.text(held.until)[:10] if held.until else "",
        is_over=held.until is not None and held.until <= now_utc(),
        notes=held.notes or "",
        remove_url=url_for("ShareView.remove", key=held.id, **address) if may else None,
    )
