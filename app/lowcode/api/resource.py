"""One screen as a resource: list, one, add, change, delete, act."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, url_for
from flask_babel import gettext as _
from sqlalchemy import inspect

from app.extensions import db, reading
from app.lowcode import listing, once
from app.lowcode.api.bodies import read_body, read_values
from app.lowcode.api.conditions import answer_again, check_version, claimed, told
from app.lowcode.api.rows import describe_screen, one_row, row_values
from app.lowcode.exporting import readable_columns
from app.lowcode.fields.inputs import translated
from app.lowcode.list_state import ListState, read_state
from app.lowcode.problems import answer
from app.lowcode.screens.deleting import StillUsed
from app.lowcode.screens.forms import prefill
from app.lowcode.screens.saving import FieldErrors, save
from app.rules.errors import DomainError, InvalidInput

LARGEST_PAGE = 100


class EntityApi:
    """The methods of a screen's resource, each behind the right that its page asks for."""

    def __init__(self, view: Any) -> None:
        self.view = view

    @property
    def readable(self) -> tuple[str, ...]:
        """The columns that the acting person may be told."""
        return readable_columns(self.view)

    @property
    def name(self) -> str:
        return str(self.view.model.__name__)

    def offers(self, permission: str) -> bool:
        """Is this done on the screen at all, by whomever?"""
        return permission in self.view.base_permissions

    def blueprint(self) -> Blueprint:
        """The routes of what the screen offers."""
        blueprint = Blueprint(f"{self.name}Api", __name__, url_prefix=f"/{self.view.resource}")
        one = "/<int:pk>"
        routes = [
            ("can_list", "", "GET", self.list),
            ("can_list", "/_info", "GET", self.info),
            ("can_show", one, "GET", self.show),
            ("can_add", "", "POST", self.create),
            ("can_edit", one, "PATCH", self.update),
            ("can_edit", one, "PUT", self.update),
            ("can_delete", one, "DELETE", self.delete),
        ]
        for permission, rule, method, act in routes:
            if self.offers(permission):
                name = f"{act.__name__}_{method.lower()}" if method == "PUT" else act.__name__
                blueprint.add_url_rule(rule, name, act, methods=[method])
        if self.view.actions:
            blueprint.add_url_rule(f"{one}/actions/<name>", "action", self.action, methods=["POST"])
        return blueprint

    # reading ----------------------------------------------------------------------
    def list(self) -> Response:
        """One page of the filtered list: the query language is that of the screen's address."""
        self._require("can_list")
        state = self._state()
        count = listing.count(self.view.listable, state)
        paths = self._chosen_columns()
        rows = listing.fetch(self.view.listable, state, paths) if count else []
        result = [row_values(self.view.model, row) for row in rows]
        return jsonify(count=count, page=state.page, size=state.size, result=result)

    def _state(self) -> ListState:
        state = read_state(self.view.listable, request.args)
        if state.problems:
            raise state.problems[0]
        return replace(state, size=min(state.size, LARGEST_PAGE))

    def _chosen_columns(self) -> tuple[str, ...]:
        """`fields=name,owner`, default the columns of the list."""
        names = [name.strip() for name in request.args.get("fields", "").split(",")]
        chosen = tuple(dict.fromkeys(name for name in names if name))
        for name in chosen:
            if name not in self.readable:
                raise InvalidInput("There is no field %(name)s here.", name=name[:100])
        return chosen or self.view.listable.columns

    def show(self, pk: int) -> Response:
        self._require("can_show")
        self.view.get_item(pk)
        return told(once.Answer(200, None, one_row(self.view, self.readable, pk)))

    def info(self) -> Response:
        """What this person may see, filter, fill and do here."""
        self._require("can_list")
        return jsonify(describe_screen(self.view, self.readable))

    # writing ----------------------------------------------------------------------
    def create(self) -> Any:
        self._require("can_add")
        body = read_body()
        claim = claimed(body)
        if claim.answer:
            return answer_again(claim.answer)
        body.pop("version", None)
        start, _wishes_refused = prefill(self.view, {})
        start = {name: value for name, value in start.items() if name in self.view.seen.writable}
        item = self.view.model()
        save(self.view, item, start | read_values(self.view, body, is_new=True), is_new=True)
        row = self._row(item)
        if warnings := [text for text, _url in self.view.warnings(item)]:
            row["warnings"] = warnings
        url = url_for(".show", pk=item.id) if self.offers("can_show") else None
        claim.keep(once.Answer(201, url, row))
        db.session.commit()
        return told(once.Answer(201, url, row))

    def update(self, pk: int) -> Response:
        """Changes the fields that are given; a version refuses what somebody else changed."""
        self._require("can_edit")
        item = self.view.get_item(pk)
        body = read_body()
        check_version(item, body.pop("version", None))
        save(self.view, item, read_values(self.view, body, is_new=False), is_new=False)
        db.session.commit()
        with reading():
            return told(once.Answer(200, None, self._row(item)))

    def delete(self, pk: int) -> Any:
        self._require("can_delete")
        item = self.view.get_item(pk)
        check_version(item)
        try:
            self.view.discard([item])
        except StillUsed as error:
            return answer(409, _("Not possible"), error.text)
        return "", 204

    def action(self, pk: int, name: str) -> Any:
        """Run one of the screen's actions on one row, unless it has something to show."""
        if name not in self.view.actions:
            abort(404)
        if not self.view.may_action(name):
            abort(403)
        item = self.view.get_item(pk)
        body = read_body() if request.get_data() else {}
        claim = claimed(body)
        if claim.answer:
            return answer_again(claim.answer)
        check_version(item, body.pop("version", None))
        if self.view.perform(name, [item], self._inputs(name, body)) is not None:
            # Nobody would see the page, such as a new password: it must not have happened.
            raise DomainError("This action shows a page of its own and is done in a browser.")
        done = once.Answer(200, None, self._row(item))
        claim.keep(done)
        db.session.commit()
        return told(done)

    def _inputs(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the action asks for; FieldErrors for what the body lacks or nobody can read."""
        inputs = self.view.inputs_of(name)
        values: dict[str, Any] = {}
        errors: dict[str, list[str]] = {}
        for key, (field, required) in inputs.items():
            try:
                values[key] = field.read(body.get(key))
            except DomainError as error:
                errors[key] = [translated(error)]
            else:
                if required and values[key] in (None, ""):
                    errors[key] = [_("Please fill in this field.")]
        if errors:
            raise FieldErrors(errors)
        return values

    def _row(self, item: Any) -> dict[str, Any]:
        """The row as it is now, as far as the person may read it."""
        # Services change rows by statements, too: all is read anew, as after the commit.
        db.session.flush()
        if inspect(item).deleted:
            return {"id": item.id}
        db.session.expire_all()
        row = {"id": item.id, "version": getattr(item, "version", None)}
        if self.view.may("can_show"):
            row = one_row(self.view, self.readable, item.id) or row
        return row

    def _require(self, permission: str) -> None:
        if not self.view.may(permission):
            abort(403)
