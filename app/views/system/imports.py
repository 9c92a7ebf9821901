"""Importing in the browser: upload, columns, preview, a job with a progress bar, the error file."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.entities.system.imports import ImportRun
from app.entities.system.job import Job
from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields.inputs import translated
from app.lowcode.importing import bringing, runs
from app.lowcode.importing.bad_rows import WRITERS, bad_rows
from app.lowcode.importing.choosing import keep_mapping, kept_names, mapping_named
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.targets import guess, screen_for, screens, targets_of
from app.lowcode.importing.template import template_of
from app.lowcode.importing.trial import check_later, try_out
from app.rules.changes import ChangeState
from app.rules.errors import DomainError, InvalidInput
from app.rules.imports import ImportState, RowOutcome
from app.rules.jobs import ENDED
from app.views.system.import_form import fitting, mapping_page, posted_mapping

#: problems shown on the page; the error file has them all
SHOWN_PROBLEMS = 50
#: the manual's page, for the help button
HELP = {"help_url": "/help/import"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportView(BaseView):
    """Every step asks for `can_import` on the entity's screen, and for the person's own run."""

    route_base = "/import"
    default_view = "list"
    class_permission_name = "ImportRun"
    base_permissions = ["can_list"]
    list_title = lazy_gettext("Imports")
    icon = "file-import"

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> Any:
        """What may be imported, and the person's latest files."""
        importable = [s for s in screens().values() if s.form and s.may("can_import")]
        found = runs.own_runs(db.session)
        return render_template(
            "import/list.html",
            title=_("Imports"),
            page=HELP,
            screens=importable,
            runs=_shown_runs(found),
        )

    @expose("/<resource>", methods=["GET", "POST"])
    def upload(self, resource: str) -> Any:
        view = _screen(resource)
        error = None
        if request.method == "POST":
            file = request.files.get("file")
            try:
                if file is None or not file.filename:
                    raise InvalidInput("Choose a file first.")
                run = runs.receive(db.session, view, file.filename, file.stream)
                db.session.commit()
                return redirect(url_for("ImportView.columns", key=run.id))
            except InvalidInput as refused:
                db.session.rollback()
                error = translated(refused)
            finally:
                if file is not None:
                    file.close()
        return render_template(
            "import/upload.html",
            title=_("Import %(name)s", name=view.title),
            page=HELP,
            view=view,
            error=error,
            runs=_shown_runs(runs.own_runs(db.session, resource, 10)),
        ), (422 if error else 200)

    @expose("/<resource>/template.xlsx")
    def template(self, resource: str) -> Any:
        view = _screen(resource)
        name = f"{view.title}.xlsx"
        content = BytesIO(template_of(view))
        return send_file(content, mimetype=XLSX, as_attachment=True, download_name=name)

    @expose("/runs/<int:key>/columns", methods=["GET", "POST"])
    def columns(self, key: int) -> Any:
        run, view = _run(key)
        if run.state not in {ImportState.UPLOADED, ImportState.CHECKED}:
            return redirect(url_for("ImportView.show", key=key))
        sample = runs.sample(run)
        used = request.args.get("mapping", "")
        error = ""
        mapping = _present(run, view, sample.header, used)
        if request.method == "POST":
            used = request.form.get("keep_as", "").strip()[:64]
            try:
                kept = _present(run, view, sample.header, used)
                mapping = posted_mapping(view, sample.header, request.form, kept)
                try_out(db.session, run, mapping)
                check_later(db.session, run)
                if used:
                    keep_mapping(db.session, used, mapping)
                db.session.commit()
                return redirect(url_for("ImportView.show", key=key))
            except DomainError as refused:
                db.session.rollback()
                error = translated(refused)
        posted = request.form if error else None
        page = mapping_page(db.session, view, sample, mapping, used, posted)
        page.error = error
        return render_template("import/columns.html", page=page, run=run, view=view), (
            422 if error else 200
        )

    @expose("/runs/<int:key>/sheet", methods=["POST"])
    def sheet(self, key: int) -> Any:
        run, _view = _run(key)
        if run.state not in {ImportState.UPLOADED, ImportState.CHECKED}:
            abort(409)
        try:
            runs.choose_sheet(db.session, run, request.form.get("sheet", ""))
            db.session.commit()
        except InvalidInput as refused:
            db.session.rollback()
            flash(translated(refused), "danger")
        return redirect(url_for("ImportView.columns", key=key))

    @expose("/runs/<int:key>")
    def show(self, key: int) -> Any:
        """The preview of a checked file, the progress of a started one, what came of a done one."""
        run, view = _run(key)
        if run.state is ImportState.UPLOADED:
            return redirect(url_for("ImportView.columns", key=key))
        title = _("Import %(name)s", name=view.title)
        if run.state is ImportState.CHECKED:
            return render_template(
                "import/preview.html", title=title, page=HELP, view=view, **_preview(run, view)
            )
        return render_template(
            "import/run.html", title=title, page=HELP, view=view, **_progress(run)
        )

    @expose("/runs/<int:key>/start", methods=["POST"])
    def start(self, key: int) -> Any:
        run, _view = _run(key)
        bringing.start(db.session, run, whole="whole" in request.form)
        db.session.commit()
        return redirect(url_for("ImportView.show", key=key))

    @expose("/runs/<int:key>/trial")
    def trial(self, key: int) -> Any:
        """The part of the preview that asks for itself until all rows were tried."""
        run, view = _run(key)
        if run.state is not ImportState.CHECKED:
            abort(409)
        return render_template("import/_trial.html", view=view, **_preview(run, view))

    @expose("/runs/<int:key>/<any(pause, go_on, cancel):step>", methods=["POST"])
    def steer(self, key: int, step: str) -> Any:
        """Stop a running import, for now or for good, or go on with it."""
        run, _view = _run(key)
        return _done(key, getattr(bringing, step), run)

    @expose("/runs/<int:key>/undo", methods=["POST"])
    def undo(self, key: int) -> Any:
        """Put back all that the import has changed."""
        run, _view = _run(key)
        return _done(key, bringing.undo, run, _("The import is undone."))

    @expose("/runs/<int:key>/progress")
    def progress(self, key: int) -> Any:
        """The part of the page that asks for itself while the job runs."""
        run, view = _run(key)
        return render_template("import/_progress.html", view=view, **_progress(run))

    @expose("/runs/<int:key>/errors.<kind>")
    def errors(self, key: int, kind: str) -> Any:
        run, _view = _run(key)
        writer = WRITERS.get(f".{kind}") or abort(404)
        name = _("%(name)s - errors", name=Path(run.filename).stem)
        with TemporaryDirectory() as folder, runs.open_run(run) as table:
            path = Path(folder) / "errors"
            writer(path, bad_rows(table, runs.problems(db.session, run)))
            content = BytesIO(path.read_bytes())
        mimetype = XLSX if kind == "xlsx" else "text/csv"
        answer: Response = send_file(
            content, mimetype=mimetype, as_attachment=True, download_name=f"{name}.{kind}"
        )
        return answer

    @expose("/runs/<int:key>/discard", methods=["POST"])
    def discard(self, key: int) -> Any:
        run, view = _run(key)
        runs.discard(db.session, run)
        db.session.commit()
        flash(_("The file was discarded."), "success")
        return redirect(url_for("ImportView.upload", resource=view.resource))


def _screen(resource: str) -> Any:
    """The screen, for somebody who may import into it; strangers are sent to sign in."""
    if principal.current().user_id is None:
        abort(401)
    view = screens().get(resource)
    if view is None or not view.form:
        abort(404)
    if not view.may("can_import"):
        abort(403)
    return view


def _run(key: int) -> tuple[ImportRun, Any]:
    if principal.current().user_id is None:
        abort(401)
    run = runs.find_run(db.session, key) or abort(404)
    return run, _screen(run.resource)


def _done(key: int, step: Any, run: ImportRun, text: str = "") -> Any:
    """Back on the run's page, with what was done or why it was not."""
    try:
        job = step(db.session, run)
        db.session.commit()
        if text and job is None:
            flash(text, "success")
    except DomainError as refused:
        db.session.rollback()
        flash(translated(refused), "danger")
    return redirect(url_for("ImportView.show", key=key))


def _preview(run: ImportRun, view: Any) -> dict[str, Any]:
    fields = run.mapping["fields"]
    job = db.session.get(Job, (run.preview or {}).get("job") or 0)
    return {
        "run": run,
        "preview": run.preview,
        "fields": {p: t.label for p, t in targets_of(view).items() if p in fields},
        "outcomes": {outcome.value: outcome for outcome in RowOutcome},
        "corrections": runs.used_corrections(run),
        "checking": job if job is not None and job.state not in ENDED else None,
    }


def _present(run: ImportRun, view: Any, header: Any, used: str) -> Mapping:
    """What is chosen when the page opens: a kept mapping, what was chosen before, or a guess."""
    if used in kept_names(db.session, view.resource):
        return fitting(mapping_named(db.session, view.resource, used), header)
    if run.mapping:
        return Mapping.from_json(run.mapping)
    return guess(view, header)


def _progress(run: ImportRun) -> dict[str, Any]:
    job, running = run.job, bringing.is_running(run)
    known = run.change_set
    undoing = known is not None and known.state is ChangeState.UNDOING
    undo_job = db.session.get(Job, known.job_id or 0) if known is not None and undoing else None
    return {
        "run": run,
        "job": undo_job or job,
        "running": running,
        "stopped": bringing.is_stopped(run),
        "undone": bringing.is_undone(run),
        "undoing": undo_job is not None and undo_job.state not in ENDED,
        "can_undo": bringing.can_undo(db.session, run),
        "counts": [(outcome, getattr(run, outcome.value)) for outcome in RowOutcome],
        "corrections": {} if running else runs.used_corrections(run),
        "problems": [] if running else [*runs.problems(db.session, run, SHOWN_PROBLEMS)],
        "downloadable": run.stored_as is not None and run.failed + run.skipped > 0,
    }


def _shown_runs(found: Any) -> list[dict[str, Any]]:
    by_resource = screens()
    return [
        {
            "run": run,
            "url": url_for("ImportView.show", key=run.id),
            "title": screen_for(run.resource).title if run.resource in by_resource else "",
            "undone": bringing.is_undone(run),
            "can_undo": run.resource in by_resource and bringing.can_undo(db.session, run),
        }
        for run in found
    ]
