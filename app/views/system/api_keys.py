"""API keys: everybody's own, and all of them for IT administrators."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import Form

from app.entities.system.user import ApiKey
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode import once
from app.lowcode.fields import field_of
from app.lowcode.fields.base import humanize
from app.lowcode.fields.inputs import KehuField, translated
from app.lowcode.screens import Chart, EntityInterface, EntityView, action
from app.lowcode.security import key_door
from app.lowcode.security.fresh import fresh_sign_in
from app.lowcode.security.identity import row_of
from app.rules.errors import DomainError
from app.services.system.accounts import LONGEST_VALIDITY, USUAL_VALIDITY, is_valid_key
from app.views.system.account import OneOf, account_tabs, signed_in_at_a_browser

#: days a key may be made for
_DAYS = (30, 90, USUAL_VALIDITY.days, LONGEST_VALIDITY.days)


class OwnKeysView(BaseView):
    """The keys of programs that act for oneself; no right is needed, none is given."""

    route_base = "/account/keys"
    default_view = "list"

    @expose("/")
    def list(self) -> Any:
        signed_in_at_a_browser()
        return self._page(_form(None))

    @expose("/", methods=["POST"])
    @fresh_sign_in
    def add(self) -> Any:
        """The key stands in this answer and nowhere else."""
        signed_in_at_a_browser()
        form = _form(request.form)
        if not form.validate():
            return self._page(form, status=422)
        user = row_of(g.user)
        role = next((role for role in user.roles if str(role.id) == form["role"].data), None)
        expires_on = now_utc() + timedelta(days=int(form["days"].data))
        try:
            claim = once.claim_form(db.session(), request.path, request.form)
            if claim.answer:
                flash(_("This key was already made. Revoke it if you could not copy it."), "danger")
                return self._page(_form(None))
            key = key_door.issue(user, form["name"].data, role, expires_on)
        except DomainError as refused:
            db.session.rollback()
            form[refused.field or "name"].errors = [translated(refused)]
            return self._page(form, status=422)
        claim.keep(once.Answer(200))
        db.session.commit()
        return self._page(_form(None), made=key)

    @expose("/<int:pk>/revoke", methods=["POST"])
    def revoke(self, pk: int) -> Any:
        signed_in_at_a_browser()
        key = next((key for key in _own_keys() if key.id == pk), None) or abort(404)
        key_door.revoke(key)
        db.session.commit()
        flash(_("The key %(name)s no longer works.", name=key.name), "success")
        return redirect(url_for("OwnKeysView.list"))

    @staticmethod
    def _page(form: Form, made: str | None = None, status: int = 200) -> Any:
        names = ("name", "created_on", "expires_on", "last_used_on", "last_address")
        fields = {name: field_of(ApiKey, name) for name in names}
        now = now_utc()
        rows = [
            {
                "id": key.id,
                "role": _(humanize(key.role.name)),
                "is_valid": is_valid_key(key, now),
                **{name: field.text(getattr(key, name)) for name, field in fields.items()},
            }
            for key in _own_keys()
        ]
        return render_template(
            "account/keys.html",
            rows=rows,
            form=form,
            made=made,
            can_add=bool(g.identity.roles),
            once=once.new_key(),
            tabs=account_tabs("OwnKeysView.list"),
        ), status


def _own_keys() -> Sequence[ApiKey]:
    query = select(ApiKey).where(ApiKey.user_id == g.user.id, ApiKey.revoked_on.is_(None))
    return db.session.scalars(query.order_by(ApiKey.created_on.desc())).all()


def _form(posted: Any) -> Form:
    roles = {str(key): _(humanize(name)) for key, name, _version in g.identity.roles}
    days = {str(count): _("%(count)s days", count=count) for count in _DAYS}
    fields = {
        "name": field_of(ApiKey, "name").form_field(),
        "role": KehuField(label=_("Role"), source=OneOf(roles), required=True),
        "days": KehuField(label=_("Valid for"), source=OneOf(days), required=True),
    }
    start = {"role": next(iter(roles), None), "days": str(USUAL_VALIDITY.days)}
    form: Form = type("KeyForm", (Form,), fields)(posted, data={} if posted else start)
    return form


class ApiKeyView(EntityView):
    datamodel = EntityInterface(ApiKey)
    icon = "key"
    help_page = "account"
    base_permissions = ["can_list", "can_show", "can_export", "revoke"]
    list_columns = [
        "name",
        "user",
        "role",
        "created_on",
        "expires_on",
        "last_used_on",
        "last_address",
        "revoked_on",
    ]
    show_columns = list_columns
    quick_search = ["name", "user.name", "user.username"]
    filters = ["user", "role", "expires_on", "last_used_on", "revoked_on", "created_on"]
    base_order = ("created_on", "desc")
    facts = ["user", "role", "expires_on", "last_used_on"]
    layouts = [Chart("user"), Chart("expires_on")]

    def is_action_available(self, name: str, item: ApiKey) -> bool:
        return is_valid_key(item, now_utc())

    @action(
        "revoke",
        lazy_gettext("Revoke"),
        confirmation=lazy_gettext("Revoke these keys? Programs that use them stop working."),
        icon="key-off",
    )
    @fresh_sign_in
    def revoke(self, items: Sequence[ApiKey]) -> None:
        for key in items:
            key_door.revoke(key)
