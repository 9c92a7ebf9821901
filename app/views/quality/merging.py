"""Merging: the records side by side, what is kept of each field, and taking it back."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from app.extensions import db
from app.lowcode import changesets, once, uses
from app.lowcode.duplicates import clusters, comparing, merging
from app.lowcode.duplicates.comparing import Line
from app.lowcode.fields.inputs import translated
from app.lowcode.fields.relations import key_of
from app.lowcode.naming import plural_of
from app.lowcode.screens.saving import FieldErrors
from app.lowcode.screens.ticked import check_seen, ticked_keys
from app.rules.changes import ChangeKind
from app.rules.errors import DomainError, InvalidInput
from app.views.quality.duplicates import HELP
from app.views.quality.screens import screen_named


@dataclass
class Side:
    """One of the records: where it stands, and what names it."""

    key: int
    version: int
    name: str
    url: str
    uses: str
    is_kept: bool


@dataclass
class MergePage:
    """The context of `quality/merge.html`."""

    title: str
    action_url: str
    cancel_url: str
    key: str
    sides: list[Side]
    #: fields that differ, and those in which all records say the same
    lines: list[Line]
    same: list[Line]
    score: int
    badges: list[tuple[str, str]]
    errors: list[str]
    help_url: str = HELP


class MergeView(BaseView):
    """`can_merge` of the entity's screen, over rows that are the person's to change."""

    route_base = "/quality"
    default_view = "compare"
    base_permissions: list[str] = []

    @expose("/merge/<resource>")
    def compare(self, resource: str) -> Any:
        screen = screen_named(resource)
        keys = [key_of(text) for text in request.args.getlist("rowid")[: merging.MOST]]
        if len(keys) < 2 or None in keys:
            return redirect(url_for("DuplicateView.show", resource=resource))
        return render_template("quality/merge.html", page=_page(screen, _rows(screen, keys)))

    @expose("/merge/<resource>", methods=["POST"])
    def merge(self, resource: str) -> Any:
        """Keep `keep` of the rows `rowid`, with the fields as `pick.<field>` says."""
        screen = screen_named(resource)
        rows = _rows(screen, ticked_keys())
        try:
            answer = self._merge(screen, rows)
            db.session.commit()
        except (DomainError, StaleDataError) as error:
            db.session.rollback()
            page = _page(screen, _rows(screen, ticked_keys()), _told(error))
            return render_template("quality/merge.html", page=page), 422
        return redirect(answer.location)

    def _merge(self, screen: Any, rows: list[Any]) -> once.Answer:
        claim = once.claim_form(db.session(), request.path, request.form)
        if claim.answer:
            return claim.answer
        check_seen(rows)
        kept = next((row for row in rows if str(row.id) == request.form.get("keep")), None)
        if kept is None:
            raise InvalidInput("Choose the record that stays.")
        others = [row for row in rows if row is not kept]
        values = comparing.values_of(screen, kept, rows, request.form)
        names, total = repr(kept), len(rows)
        merged = merging.merge(screen, kept, others, values)
        answer = once.Answer(302, screen.url_of(kept.id))
        claim.keep(answer)
        text = _("%(count)s records are one now: %(name)s.", count=total, name=names)
        for model, count in merged.dropped.items():
            what = _(plural_of(model))
            text += " " + _("Kept once: %(what)s (%(count)s).", what=what, count=count)
        undo = url_for("MergeView.undo", key=merged.key)
        flash({"text": text, "label": _("Undo"), "url": undo}, "success")  # type: ignore[arg-type]
        return answer

    @expose("/merges/<int:key>/undo", methods=["POST"])
    def undo(self, key: int) -> Any:
        """Make the records of a merge separate again; refused once something is built on it."""
        made = changesets.find(db.session(), key)
        if made is None or made.kind is not ChangeKind.MERGE:
            abort(404)
        screen = screen_named(made.resource)
        try:
            job = changesets.start_undo(db.session(), made)
            db.session.commit()
        except DomainError as error:
            db.session.rollback()
            flash(translated(error), "danger")
        else:
            text = _("The records are being separated.") if job else _("The records are separate.")
            flash(text, "success")
        return redirect(url_for("DuplicateView.show", resource=screen.resource))


def _rows(screen: Any, keys: list[Any]) -> list[Any]:
    rows = screen.get_items(keys)
    return rows if len(rows) > 1 else abort(404)


def _told(error: Exception) -> list[str]:
    if isinstance(error, FieldErrors):
        return [text for texts in error.errors.values() for text in texts]
    if isinstance(error, DomainError):
        return [translated(error)]
    return [_("Somebody else changed this record in the meantime. Reload and try again.")]


def _page(screen: Any, rows: list[Any], errors: list[str] | None = None) -> MergePage:
    posted = request.form
    main = comparing.richest(screen, rows)
    kept = posted.get("keep") or str(main.id)
    lines = comparing.lines_of(screen, rows, posted)
    score, reasons = clusters.compared(rows)
    return MergePage(
        title=_("Merge %(what)s", what=str(screen.title)),
        action_url=url_for("MergeView.merge", resource=screen.resource),
        cancel_url=url_for("DuplicateView.show", resource=screen.resource),
        key=posted.get("key") or once.new_key(),
        sides=[_side(screen, row, kept) for row in rows],
        lines=[line for line in lines if line.differs],
        same=[line for line in lines if not line.differs],
        score=score,
        badges=[(_(reason.label), reason.color) for reason in reasons],
        errors=errors or [],
    )


def _side(screen: Any, row: Any, kept: str) -> Side:
    found = uses.visible_uses(db.session(), screen.model, row.id)
    return Side(
        key=row.id,
        version=row.version,
        name=repr(row),
        url=screen.url_of(row.id),
        uses=" · ".join(f"{_(plural_of(model))} {count}" for model, count in found),
        is_kept=str(row.id) == kept,
    )
