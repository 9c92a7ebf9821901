"""Notes and files on a record: reached only through the record and its rights."""

import hashlib
import secrets
from typing import Any

from flask import abort, flash, redirect, request, send_file, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy import select

from app.entities.system.record import Attachment, Note
from app.extensions import db
from app.lowcode import audit, once
from app.lowcode.belongings import folder, remove_after_commit, remove_after_rollback
from app.lowcode.fields.inputs import translated
from app.lowcode.files import check_upload
from app.rules.errors import DomainError

LONGEST_NOTE = 10_000


class RecordExtras:
    """Adds the routes of notes and files below `/<pk>`."""

    @expose("/<int:pk>/notes", methods=["POST"])
    @has_access
    @permission_name("show")
    def add_note(self, pk: int) -> Any:
        item = self.get_item(pk)
        text = request.form.get("text", "").strip()[:LONGEST_NOTE]
        claim = once.claim_content(db.session(), request.path, request.form.get("key"), text)
        if text and not claim.answer:
            claim.keep(once.Answer(302))
            db.session.add(Note(entity=self.model.__name__, entity_id=item.id, text=text))
            db.session.commit()
        return redirect(self.url_of(pk))

    @expose("/<int:pk>/files", methods=["POST"])
    @has_access
    @permission_name("edit")
    def add_file(self, pk: int) -> Any:
        item = self.get_item(pk)
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            flash(_("Choose a file first."), "danger")
            return redirect(self.url_of(pk))
        data = upload.stream.read()
        try:
            name, content_type = check_upload(upload.filename, data)
        except DomainError as error:
            flash(translated(error), "danger")
            return redirect(self.url_of(pk))
        digest = hashlib.sha256(data).hexdigest()
        key = request.form.get("key")
        claim = once.claim_content(db.session(), request.path, key, name, digest)
        if claim.answer:
            return redirect(self.url_of(pk))
        claim.keep(once.Answer(302))
        attachment = Attachment(
            entity=self.model.__name__,
            entity_id=item.id,
            name=name,
            stored_name=secrets.token_hex(16),
            content_type=content_type,
            size=len(data),
            sha256=digest,
        )
        path = folder() / attachment.stored_name
        path.write_bytes(data)
        remove_after_rollback(db.session(), path)
        db.session.add(attachment)
        self._log_file("attach", item, name)
        db.session.commit()
        flash(_("%(name)s was attached.", name=name), "success")
        return redirect(self.url_of(pk))

    @expose("/<int:pk>/files/<int:file_id>")
    @has_access
    @permission_name("show")
    def file(self, pk: int, file_id: int) -> Any:
        attachment = self._attachment(pk, file_id)
        path = folder() / attachment.stored_name
        if not path.is_file():
            abort(404)
        answer = send_file(
            path,
            mimetype=attachment.content_type,
            as_attachment=True,
            download_name=attachment.name,
        )
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer

    @expose("/<int:pk>/files/<int:file_id>/delete", methods=["POST"])
    @has_access
    @permission_name("edit")
    def delete_file(self, pk: int, file_id: int) -> Any:
        attachment = self._attachment(pk, file_id)
        self._log_file("detach", self.get_item(pk), attachment.name)
        db.session.delete(attachment)
        remove_after_commit(db.session(), folder() / attachment.stored_name)
        db.session.commit()
        flash(_("%(name)s was removed.", name=attachment.name), "success")
        return redirect(self.url_of(pk))

    def _attachment(self, pk: int, file_id: int) -> Attachment:
        item = self.get_item(pk)
        attachment = db.session.scalar(
            select(Attachment).where(
                Attachment.id == file_id,
                Attachment.entity == self.model.__name__,
                Attachment.entity_id == item.id,
            )
        )
        return attachment or abort(404)

    def _log_file(self, action: str, item: Any, name: str) -> None:
        changes = {"file": [None, name] if action == "attach" else [name, None]}
        audit.record(db.session, action, self.model.__name__, item.id, repr(item), changes)

    def file_urls(self, pk: int, attachment: Attachment) -> tuple[str, str | None]:
        """Where to download it and, for who may edit the record, where to remove it."""
        keys = {"pk": pk, "file_id": attachment.id}
        remove = url_for(f"{self.endpoint}.delete_file", **keys) if self.may("can_edit") else None
        return url_for(f"{self.endpoint}.file", **keys), remove
