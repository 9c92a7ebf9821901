"""Named actions: on ticked rows or one record, with a dialog first where they need input."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from wtforms import Form

from app.extensions import db
from app.lowcode import field_rights, once
from app.lowcode.fields import Field, field_of
from app.lowcode.fields.inputs import translated
from app.lowcode.pages import FormPage, FormSection
from app.lowcode.screens.ticked import check_seen, rows_meant, versions_seen
from app.rules.errors import DomainError


class NotPossible(DomainError):  # noqa: N818 - reads as what happened
    """The state of a row does not allow the action."""


class SentBefore(DomainError):  # noqa: N818 - reads as what happened
    """The same dialog was sent before, holding something else."""


class Acting:
    """Adds `/action/<name>`; whether it may and can run is asked again here, whatever was shown."""

    @expose("/action/<name>", methods=["POST"])
    def action_post(self, name: str) -> Any:
        """Run an action on the rows that are meant; first ask for its inputs, if it has any."""
        if name not in self.actions:
            abort(404)
        if not self.may_action(name):
            abort(403)
        try:
            items = rows_meant(self)
        except DomainError as error:
            db.session.rollback()
            flash(translated(error), "danger")
            return redirect(self.back_to_list())
        form, values = None, {}
        try:
            if self.inputs_of(name):
                form = self._input_form(name, items)
                if "asked" not in request.form:
                    check_seen(items)
                    self.check_available(name, items)
                    return self._ask(name, items, form)
                if "resumed" in request.form:
                    return self._ask(name, items, form, key=request.form.get("key"))
                if not form.validate():
                    return self._ask(name, items, form, status=422, key=request.form.get("key"))
                values = {field.short_name: field.data for field in form}
            return self._answer(name, items, values)
        except DomainError as error:
            db.session.rollback()
            return self._refuse(name, items, form, error)

    def _refuse(
        self, name: str, items: Sequence[Any], form: Form | None, error: DomainError
    ) -> Any:
        """Say why not where the person is: in the dialog, on the record, or above the list."""
        if form is not None:
            status = 409 if isinstance(error, NotPossible) else 422
            # Refused it keeps its key; sent again with something else it is another request.
            key = None if isinstance(error, SentBefore) else request.form.get("key")
            return self._ask(name, items, form, [translated(error)], status, key)
        if not {"from", "state"} & set(request.form):
            raise error
        flash(translated(error), "danger")
        return redirect(self._way_back(items))

    def _way_back(self, items: Sequence[Any]) -> str:
        single = request.form.get("from") == "record" and len(items) == 1
        return str(self.url_of(items[0].id) if single else self.back_to_list())

    def _answer(self, name: str, items: Sequence[Any], values: dict[str, Any]) -> Any:
        try:
            claim = once.claim_form(db.session(), request.path, request.form)
        except once.KeyReused as reuse:
            raise SentBefore(
                "This was already done with other values. Send it again if you mean it."
            ) from reuse
        if claim.answer:
            return _tell(claim.answer)
        check_seen(items)
        answer = self.perform(name, items, values)
        db.session.flush()
        done = once.Answer(302, self._way_back(items), self._done(name, items))
        if answer is not None:
            # Where it leads is told again; what it shows, such as a new password, is not kept.
            done = once.Answer(302, getattr(answer, "location", None) or self._way_back(items))
        claim.keep(done)
        db.session.commit()
        return _tell(done) if answer is None else answer

    def _done(self, name: str, items: Sequence[Any]) -> str:
        """What is said afterwards: of one record what happened to it."""
        act = self.actions[name]
        if len(items) > 1:
            return _("%(action)s: %(count)s done.", action=act.text, count=len(items))
        what = {"name": repr(items[0]), "action": str(act.text)}
        told = getattr(act.func, "done", None)
        return str(told) % what if told else _("%(name)s: %(action)s done.", **what)

    def perform(self, name: str, items: Sequence[Any], values: dict[str, Any]) -> Any:
        """Do it on every row or on none; the caller commits. DomainError when it cannot be."""
        self.check_available(name, items)
        act, declared = self.actions[name].func, self._declared_inputs(name)
        # What the person may not fill is left empty.
        return act(items, dict.fromkeys(declared) | values) if declared else act(items)

    def check_available(self, name: str, items: Sequence[Any]) -> None:
        if not all(self.is_action_available(name, item) for item in items):
            raise NotPossible("This is not possible in the present state.")

    def apply(self, items: Sequence[Any], act: Any) -> None:
        """Call `act(row)` on each row, in key order so that concurrent actions cannot deadlock."""
        for item in sorted(items, key=lambda row: row.id):
            act(item)

    # inputs -----------------------------------------------------------------------
    def inputs_of(self, name: str) -> dict[str, tuple[Field, bool]]:
        """Input name → (field, required) of an action, as far as the acting person fills it."""
        return {
            key: (field, required)
            for key, (field, required) in self._declared_inputs(name).items()
            if required or field_rights.writable(field.model, field.name)
        }

    def _declared_inputs(self, name: str) -> dict[str, tuple[Field, bool]]:
        act = self.actions[name].func
        wanted = [(entry, True) for entry in getattr(act, "inputs", ())]
        wanted += [(entry, False) for entry in getattr(act, "optional", ())]
        fields = [
            (field_of(self.model, entry) if isinstance(entry, str) else field_of(*entry), required)
            for entry, required in wanted
        ]
        return {field.name: (field, required) for field, required in fields}

    def may_fill(self, name: str) -> bool:
        """May the acting person write everything that the action needs to be told?"""
        inputs = self.inputs_of(name).values()
        return all(field_rights.writable(field.model, field.name) for field, _required in inputs)

    def input_start(self, key: str, item: Any) -> Any:
        """What an input holds when the dialog opens on one row; None: on several."""
        return getattr(item, key, None)

    def _input_form(self, name: str, items: Sequence[Any]) -> Form:
        inputs = self.inputs_of(name)
        form_class = type(
            "Inputs",
            (Form,),
            {key: field.form_field(required) for key, (field, required) in inputs.items()},
        )
        first = items[0] if len(items) == 1 else None
        start = {key: self.input_start(key, first) for key in inputs}
        asked = "asked" in request.form
        return form_class(request.form if asked else None, data={} if asked else start)

    def _ask(
        self,
        name: str,
        items: Sequence[Any],
        form: Form,
        errors: Sequence[str] = (),
        status: int = 200,
        key: str | None = None,
    ) -> Any:
        for field in form:
            # An input of another entity is picked where that entity's own form picks it.
            screen = self.screen_of(field.source.model) or self
            screen.wire_picker(field, field.short_name, set())
        label = str(self.actions[name].text)
        carried = [("rowid", str(item.id)) for item in items] + [("asked", "1")]
        carried += [("seen", f"{pk}:{version}") for pk, version in versions_seen(items).items()]
        carried += [(key, request.form[key]) for key in ("from", "state") if key in request.form]
        what = repr(items[0]) if len(items) == 1 else _("%(count)s selected", count=len(items))
        page = FormPage(
            title=f"{label} · {what}",
            resource=self.resource,
            action_url=url_for(f"{self.endpoint}.action_post", name=name),
            cancel_url=self.url_of(items[0].id) if len(items) == 1 else self.back_to_list(),
            form=form,
            parts=[FormSection(label, list(form))],
            errors=list(errors),
            mode="action",
            help_url=self.help_url,
            hidden=carried,
            key=key or once.new_key(),
            save_label=label,
            save_icon=self.actions[name].icon,
        )
        return render_template("form.html", page=page), status


def _tell(done: once.Answer) -> Any:
    if done.body:
        flash(done.body, "success")
    return redirect(done.location or "/")
