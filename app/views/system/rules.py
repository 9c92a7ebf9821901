"""Access rules: records given or denied by what they say, with a preview before they hold."""

from typing import Any, ClassVar

from flask import abort, jsonify, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.entities.system.row_access import AccessRule, AccessRuleSubject
from app.extensions import db
from app.lowcode import conditions, registered
from app.lowcode.access.rules import check_rule, ruled_models
from app.lowcode.access.simulate import RuleChange
from app.lowcode.condition_words import in_words
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.relations import key_of
from app.lowcode.pages import Cell
from app.lowcode.screens import EntityInterface, EntityView, Lines, Section
from app.lowcode.screens.building import offer
from app.lowcode.screens.forms import EntryForm
from app.lowcode.screens.outlines import open_record
from app.lowcode.screens.record_html import record_html
from app.lowcode.screens.records import record_page
from app.rules.access import Access, RuleEffect
from app.rules.errors import DomainError, InvalidInput
from app.views.system.effects import effects_of


class AccessRuleView(EntityView):
    datamodel = EntityInterface(AccessRule)
    icon = "shield-half"
    help_page = "access"
    list_columns = ["name", "entity", "effect", "operation", "is_active", "changed_on"]
    quick_search = ["name", "notes"]
    filters = ["entity", "effect", "operation", "is_active", "changed_on"]
    base_order = ("name", "asc")
    form = [
        Section("Rule", ["name", "entity", "effect", "operation", "is_active", "notes"]),
        Section("Which records", ["condition"]),
        Lines(
            "subjects",
            ["role", "team", "user", "is_exception"],
            title="For whom (without a line: everybody)",
        ),
    ]
    facts = ["entity", "effect", "operation", "is_active"]
    match_keys: ClassVar[list[str]] = ["name"]
    # Rules are thought through one by one, with the preview.
    extra_permissions = ()

    def start_values(self) -> dict[str, Any]:
        return {"effect": RuleEffect.DENY, "operation": Access.READ, "is_active": True}

    def pre_save(self, item: Any, is_new: bool) -> None:
        for subject in item.subjects:
            named = [one for one in (subject.role, subject.team, subject.user) if one is not None]
            if len(named) != 1:
                raise InvalidInput(
                    "Each line names a role, a team or a person, and only one of them.",
                    field="subjects",
                )
        check_rule(item)

    def preview_url(self, item: Any) -> str | None:
        return url_for(f"{self.endpoint}.preview", rule=item.id)

    @expose("/<int:pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: int) -> Any:
        """The record, its condition in words."""
        record = open_record(self, pk)
        item, page = record.item, record_page(self, record)
        model = ruled_models().get(item.entity)
        if model is not None:
            words = Cell("long", in_words(model, item.condition))
            for section in page.sections:
                section.items = [
                    (label, words if cell.kind == "condition" else cell)
                    for label, cell in section.items
                ]
        return record_html(page)

    @expose("/fields/<entity>")
    @has_access
    @permission_name("show")
    def fields(self, entity: str) -> Any:
        """What conditions on an entity may be made of, for the builder."""
        model = ruled_models().get(entity)
        view = registered.screens().get(model)
        if view is None:
            abort(404)
        tree = conditions.loads(request.args.get("condition", "{}"))
        return jsonify({**offer(view, tree, self._fields_url, None), "tree": tree})

    def _fields_url(self, view: Any) -> str | None:
        """None for rows that the product keeps about itself: rules do not look into them."""
        if view.model.__name__ not in ruled_models():
            return None
        return url_for(f"{self.endpoint}.fields", entity=view.model.__name__)

    @expose("/preview", methods=["POST"])
    @has_access
    @permission_name("edit")
    def preview(self) -> Any:
        """Who would gain and lose records if the rule were saved as it is typed."""
        try:
            change = RuleChange(self._draft(), key_of(request.args.get("rule", "")))
            effects, error = effects_of(change), None
        except DomainError as refused:
            effects, error = [], translated(refused)
        db.session.rollback()
        return render_template("access/_effect.html", effects=effects, error=error)

    def _draft(self) -> AccessRule:
        """The rule as typed, apart from the session; its subjects by their keys."""
        entry = EntryForm(self, self.model(), request.form, {})
        entry.validate()
        values = {name: entry.form[name].data for name in self.form_columns}
        (lines,) = entry.lines
        subjects = [_by_keys(line) for line in lines.drafts()]
        db.session.expunge_all()
        return AccessRule(**values, subjects=subjects)


def _by_keys(line: AccessRuleSubject) -> AccessRuleSubject:
    role, team, user = (one and one.id for one in (line.role, line.team, line.user))
    return AccessRuleSubject(
        role_id=role, team_id=team, user_id=user, is_exception=bool(line.is_exception)
    )
