"""Records that were probably written twice: scanned for, looked at, merged or found to be two."""

from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import format_datetime, format_decimal
from flask_babel import gettext as _

from app.extensions import db
from app.lowcode import changesets
from app.lowcode.duplicates import clusters
from app.lowcode.duplicates.clusters import Cluster
from app.lowcode.fields import field_of
from app.lowcode.fields.relations import key_of
from app.lowcode.pages import Cell, Column, Row, Sheet
from app.rules.changes import ChangeKind, ChangeState
from app.rules.jobs import ENDED, JobState
from app.views.quality.screens import mergeable, screen_named

HELP = "/help/data-quality"
_MERGES = 5


@dataclass
class ShownCluster:
    """`badges`: (text, colour) of what speaks for and against."""

    score: int
    color: str
    badges: list[tuple[str, str]]
    sheet: Sheet
    merge_url: str
    dismiss_url: str


@dataclass
class ScanState:
    """The last scan in words; `error` where it failed."""

    is_running: bool = False
    #: has there been one that came to an end?
    is_done: bool = False
    progress: int = 0
    text: str = ""
    error: str = ""


@dataclass
class DuplicatesPage:
    """The context of `quality/duplicates.html`."""

    title: str
    #: (label, address, is it this one, None) of every entity that the person may merge
    tabs: list[tuple[str, str, bool, None]]
    scan: ScanState
    scan_url: str
    progress_url: str
    clusters: list[ShownCluster]
    count: int
    #: (text, address that undoes it) of the person's last merges
    merges: list[tuple[str, str]] = field(default_factory=list)
    prev_url: str | None = None
    next_url: str | None = None
    help_url: str = HELP


class DuplicateView(BaseView):
    """`can_merge` of the entity's screen; rows are those that the person sees in its list."""

    route_base = "/quality/duplicates"
    default_view = "show"
    base_permissions: list[str] = []

    @expose("/<resource>")
    def show(self, resource: str) -> Any:
        return render_template("quality/duplicates.html", page=_page(screen_named(resource)))

    @expose("/<resource>/scan", methods=["POST"])
    def scan(self, resource: str) -> Any:
        screen = screen_named(resource)
        clusters.start_scan(db.session(), screen.model)
        db.session.commit()
        return redirect(url_for("DuplicateView.show", resource=resource))

    @expose("/<resource>/progress")
    def progress(self, resource: str) -> Any:
        """How far the scan is; the whole page again once it has ended."""
        screen = screen_named(resource)
        state = _scan_of(screen)
        page = {"scan": state, "progress_url": url_for(".progress", resource=resource)}
        answer = render_template("quality/_scan.html", page=page)
        return answer, 200, ({} if state.is_running else {"HX-Refresh": "true"})

    @expose("/<resource>/<int:key>/dismiss", methods=["POST"])
    def dismiss(self, resource: str, key: int) -> Any:
        screen = screen_named(resource)
        rows = clusters.rows_of(db.session(), screen.model, key) or abort(404)
        clusters.dismiss(db.session(), screen.model, key, rows)
        db.session.commit()
        flash(_("Remembered: these are no duplicates."), "success")
        return redirect(url_for("DuplicateView.show", resource=resource))


def _page(screen: Any) -> DuplicatesPage:
    session, model, resource = db.session(), screen.model, screen.resource
    number = min(key_of(request.args.get("page", "1")) or 1, 10_000)
    total = clusters.count(session, model)
    here = url_for("DuplicateView.show", resource=resource)
    return DuplicatesPage(
        title=_("Duplicates"),
        tabs=[
            (
                str(other.title),
                url_for("DuplicateView.show", resource=other.resource),
                other is screen,
                None,
            )
            for other in mergeable()
        ],
        scan=_scan_of(screen),
        scan_url=url_for("DuplicateView.scan", resource=resource),
        progress_url=url_for("DuplicateView.progress", resource=resource),
        clusters=[_shown(screen, found) for found in clusters.page_of(session, model, number)],
        count=total,
        merges=_merges(screen),
        prev_url=f"{here}?page={number - 1}" if number > 1 else None,
        next_url=f"{here}?page={number + 1}" if number * clusters.PAGE < total else None,
    )


def _scan_of(screen: Any) -> ScanState:
    job = clusters.last_scan(db.session(), screen.model)
    if job is None:
        return ScanState()
    if job.state not in ENDED:
        text = job.progress_text or _("Waiting for a free place")
        return ScanState(is_running=True, progress=job.progress, text=text)
    if job.state is not JobState.DONE:
        return ScanState(error=_("The last scan stopped: %(reason)s", reason=job.error or "—"))
    found = job.result or {}
    text = _(
        "Last scan %(moment)s: %(rows)s rows, %(clusters)s groups.",
        moment=format_datetime(job.ended_on, "short"),
        rows=format_decimal(found.get("rows", 0)),
        clusters=format_decimal(found.get("clusters", 0)),
    )
    if found.get("capped"):
        text += " " + _(
            "%(count)s keys are shared by too many rows to compare these each with each.",
            count=format_decimal(found["capped"]),
        )
    return ScanState(is_done=True, text=text)


def _shown(screen: Any, found: Cluster) -> ShownCluster:
    resource, keys = screen.resource, [row.id for row in found.rows]
    return ShownCluster(
        score=found.score,
        color="green" if found.score >= 90 else "yellow" if found.score >= 75 else "gray",
        badges=[(_(reason.label), reason.color) for reason in found.reasons],
        sheet=_sheet(screen, found.rows),
        merge_url=url_for("MergeView.compare", resource=resource, rowid=keys),
        dismiss_url=url_for("DuplicateView.dismiss", resource=resource, key=found.key),
    )


def _sheet(screen: Any, rows: list[Any]) -> Sheet:
    """What two rows are compared by, whose they are, and since when."""
    model = screen.model
    compared = [name.removesuffix("_id") for rule in model.match_rules for name in rule.columns]
    names = [model.label_column, *(n for n in compared if n != model.label_column)]
    names += ["owner"] if model.scope.owner else []
    fields = [field_of(model, name) for name in [*names, "created_on"]]
    columns = [Column(one.name, str(one.label), one.kind, one.align) for one in fields]
    shown = [
        Row(row.id, screen.url_of(row.id), [_cell(one, getattr(row, one.name)) for one in fields])
        for row in rows
    ]
    return Sheet(columns, shown, count=len(rows))


def _cell(one: Any, value: Any) -> Cell:
    cell: Cell = one.cell(value)
    return cell


def _merges(screen: Any) -> list[tuple[str, str]]:
    """The person's last merges on this screen that can be undone."""
    sets = [
        made
        for made in changesets.own_sets(db.session(), 50)
        if made.kind is ChangeKind.MERGE
        and made.resource == screen.resource
        and made.state is ChangeState.MADE
    ]
    return [
        (
            f"{format_datetime(made.created_on, 'short')} · {made.label}",
            url_for("MergeView.undo", key=made.id),
        )
        for made in sets[:_MERGES]
    ]
