"""Handing over everything that a leaving colleague is responsible for, on one page."""

from typing import Any, ClassVar

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms import Form

from app.entities.system.ownership import OwnershipChange
from app.entities.system.user import User
from app.extensions import db
from app.lowcode.fields import field_of
from app.lowcode.fields.inputs import FlagField, PickerField, translated
from app.lowcode.ownership import give_all
from app.lowcode.pages import FormPage, FormSection
from app.lowcode.principal import current
from app.rules.errors import DomainError, InvalidInput
from app.services import handover
from app.services.handover import Kind

#: those that are set one by one, each with a rule of its own
_ONE_BY_ONE = {"people": handover.give_people, "teams": handover.give_teams}
_TO = "to_"


class HandoverView(BaseView):
    """Opened by the action of the same name on a person."""

    route_base = "/handover"
    default_view = "show"
    class_permission_name = "User"
    base_permissions: ClassVar[list[str]] = []

    @expose("/<int:pk>")
    def show(self, pk: int) -> Any:
        leaver = _leaver(pk)
        return _page(leaver, _form(leaver, handover.counts_of(db.session(), pk)))

    @expose("/<int:pk>", methods=["POST"])
    def save(self, pk: int) -> Any:
        leaver = _leaver(pk)
        form = _form(leaver, handover.counts_of(db.session(), pk), request.form)
        if not form.validate():
            return _page(leaver, form), 422
        try:
            told = _hand_over(leaver, form)
            if form["deactivate"].data:
                leaver.active = False
            db.session.commit()
        except DomainError as error:
            db.session.rollback()
            return _page(_leaver(pk), form, [translated(error)]), 422
        for text in told:
            flash(text, "success")
        return redirect(url_for("UserView.show", pk=pk))


def _leaver(key: int) -> Any:
    if not current().can("hand_over_all", "User"):
        abort(403)
    return db.session.scalar(select(User).where(User.id == key)) or abort(404)


def _form(leaver: Any, counts: dict[str, int], posted: Any = None) -> Form:
    """One person for everything, or one for each kind of record that there is."""
    person, reason = field_of(User, "reports_to"), field_of(OwnershipChange, "reason")
    fields: dict[str, Any] = {
        "everything": PickerField(_("Everything to"), source=person, required=False),
        "reason": reason.form_field(False),
    }
    for kind in handover.KINDS:
        if counts[kind.name]:
            label = f"{_(kind.label)} ({counts[kind.name]})"
            fields[_TO + kind.name] = PickerField(label, source=person, required=False)
    label = _("Deactivate %(name)s afterwards", name=leaver.name)
    fields["deactivate"] = FlagField(label, source=field_of(User, "active"), required=False)
    form: Form = type("Handover", (Form,), fields)(posted)
    for field in form:
        if isinstance(field, PickerField):
            field.picker_url = url_for("UserView.picker", path="reports_to")
    return form


def _hand_over(leaver: Any, form: Form) -> list[str]:
    """What was done, said kind by kind. DomainError where nobody is chosen or somebody cannot."""
    chosen = [(kind, person) for kind in handover.KINDS if (person := _receiver(form, kind))]
    if not chosen:
        raise InvalidInput("Choose who takes over.")
    told = []
    for kind, person in chosen:
        if person is leaver:
            raise InvalidInput("Choose somebody else than the person who leaves.")
        count = _give(kind, leaver, person, form["reason"].data)
        what = {"what": _(kind.label), "count": count, "name": person.name}
        told.append(_("%(what)s: %(count)s handed over to %(name)s.", **what))
    return told


def _receiver(form: Form, kind: Kind) -> Any:
    """Who takes over the rows of a kind; None where there are none or nobody is chosen."""
    name = _TO + kind.name
    return (form[name].data or form["everything"].data) if name in form else None


def _give(kind: Kind, leaver: Any, person: Any, reason: str | None) -> int:
    if kind.name in _ONE_BY_ONE:
        return _ONE_BY_ONE[kind.name](db.session(), leaver, person)
    handover.check_receiver(person)
    return give_all(db.session(), kind.model, kind.held_by(leaver.id), person, reason)


def _page(leaver: Any, form: Form, errors: list[str] | None = None) -> str:
    kinds = [field for field in form if field.short_name.startswith(_TO)]
    parts = [FormSection(_("Hand over"), [form["everything"], form["reason"]])]
    if kinds:
        parts.append(FormSection(_("Or each kind to somebody of its own"), kinds))
    parts.append(FormSection(_("Account"), [form["deactivate"]]))
    page = FormPage(
        title=_("Hand over everything of %(name)s", name=leaver.name),
        resource="users",
        action_url=url_for("HandoverView.save", pk=leaver.id),
        cancel_url=url_for("UserView.show", pk=leaver.id),
        form=form,
        parts=parts,
        errors=errors or [],
        mode="action",
        help_url="/help/handover",
        save_label=_("Hand over"),
        save_icon="arrows-exchange",
    )
    return render_template("form.html", page=page)
