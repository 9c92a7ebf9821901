"""Bringing the rows of a table into an entity: read, match, write and count, batch by batch.

A batch is one short transaction. Its rows are written together; only when the database refuses
is the batch halved until the row that is wrong stands alone, so that it never costs the others.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app import garbage
from app.lowcode.fields.inputs import translated
from app.lowcode.importing.alike import AlikeRows
from app.lowcode.importing.keys import give_keys
from app.lowcode.importing.lookups import Link, Lookups, Matcher, load
from app.lowcode.importing.mapping import Mapping
from app.lowcode.importing.missing import REFUSED, MissingRows, reason
from app.lowcode.importing.reading import Row, Table
from app.lowcode.importing.results import ImportResult, RowError
from app.lowcode.importing.rows import Draft, RowReader
from app.lowcode.importing.targets import (
    check_mapping,
    check_rights,
    match_keys,
    refers_to_itself,
    screen_for,
    target_of,
    targets_of,
)
from app.lowcode.importing.writing import RowWriter
from app.lowcode.screens.saving import FieldErrors
from app.rules.errors import InvalidInput
from app.rules.imports import Alike, RowOutcome

BATCH = 500

#: gets the result so far and the last line of the batch, and ends its transaction
Commit = Callable[[ImportResult, int], None]


class Written(NamedTuple):
    """One record and what became of it, for a preview."""

    draft: Draft
    outcome: RowOutcome


def run_import(
    session: Session,
    mapping: Mapping,
    table: Table,
    *,
    dry_run: bool = False,
    whole: bool = False,
    progress: Callable[[int], None] | None = None,
    commit: Commit | None = None,
    after: int = 0,
    result: ImportResult | None = None,
    watch: Callable[[Written], None] | None = None,
) -> ImportResult:
    """Write the table's rows as the acting person, and say what became of them.

    dry_run: everything is tried and rolled back.
    whole: one bad row, and nothing is written; holds up other writers until the end.
    progress: called after each batch with the number of rows done.
    commit: ends the transaction of each batch (default: a plain commit), or the one of the `whole`;
    not in a dry run.
    after, result: go on behind this line with what was counted until there.
    watch: called with every row once its fate is known.

    Raises DomainError when the person may not import here or the mapping does not fit the file;
    what is wrong in a row is in the result instead.
    """
    view = screen_for(mapping.resource)
    check_rights(view)
    check_mapping(view, mapping)
    run = _Import(session, view, mapping, table, watch, dry_run=dry_run)
    run.result = result or run.result
    end = commit
    if dry_run or whole:
        commit = _later
    try:
        with garbage.little_expected():
            for batch in run.batches(after):
                run.write(batch)
                run.last_line = batch[-1].places[-1]
                (commit or _now(session))(run.result, run.last_line)
                if dry_run and not run.refers_to_itself:
                    run.undo()
                if progress:
                    progress(run.result.rows)
        if whole and not run.result.failed and not dry_run:
            (end or _now(session))(run.result, run.last_line)
    finally:
        if dry_run or whole:
            run.undo()
    return run.result


def _later(_result: ImportResult, _line: int) -> None:
    """The transaction goes on."""


def _now(session: Session) -> Commit:
    return lambda _result, _line: session.commit()


class _Import:
    """One pass over one table."""

    def __init__(
        self,
        session: Session,
        view: Any,
        mapping: Mapping,
        table: Table,
        watch: Callable[[Written], None] | None,
        *,
        dry_run: bool,
    ) -> None:
        self.session, self.view, self.mapping, self.table = session, view, mapping, table
        self.watch = watch or (lambda _written: None)
        self.result = ImportResult()
        self.last_line = 0
        targets = targets_of(view)
        self.refers_to_itself = refers_to_itself(view, mapping)
        names = {target_of(targets, path).lines or path for path in mapping.fields}
        #: relationships of existing rows that are compared with the file
        self.lists = [
            getattr(view.model, name)
            for name, relationship in inspect(view.model).relationships.items()
            if name in names and relationship.uselist
        ]
        self.lookups = Lookups(session)
        self.reader = RowReader(mapping, targets, table.header, table.delimiter, self.lookups)
        keys = [targets[name] for name in match_keys(view, mapping) if name in targets]
        self.matcher = Matcher(session, view.model, keys)
        self.alike = AlikeRows(session, view.model, mapping.alike)
        #: look for rows that are alike; adding them all the same, only a trial needs to know
        self.judges = dry_run or mapping.alike is not Alike.CREATE
        self.missing = MissingRows(session, view, mapping.create_missing, self.lookups)
        self.writer = RowWriter(session, view, mapping.mode, whole_lists=bool(mapping.group))

    def batches(self, after: int) -> Iterator[list[Draft]]:
        """The records in batches; those that wait for another row of the file come last."""
        records = self._records(after)
        waiting: list[Draft] = []
        while drafts := list(islice(records, BATCH)):
            for draft in drafts:
                self._match(draft)
            if self.judges:
                self.alike.judge(drafts)
            if self.refers_to_itself:
                waiting += [draft for draft in drafts if self._waits(draft)]
                drafts = [draft for draft in drafts if not self._waits(draft)]
            if drafts:
                yield drafts
        while waiting:
            for draft in waiting:
                self._find_again(draft)
            ready = [draft for draft in waiting if not self._waits(draft)]
            if not ready:
                yield waiting
                return
            waiting = [draft for draft in waiting if self._waits(draft)]
            yield ready

    def _records(self, after: int) -> Iterator[Draft]:
        """What stands behind the line `after`; rows with the same mark are one record."""
        record: Draft | None = None
        for line, cells in self._rows():
            if line <= after:
                continue
            draft = self.reader.read(line, cells)
            if record is not None and draft.mark is not None and draft.mark == record.mark:
                record.absorb(draft)
                continue
            if record is not None:
                yield record
            record = draft
        if record is not None:
            yield record

    def _rows(self) -> Iterator[Row]:
        """The rows as far as the file can be read."""
        try:
            yield from self.table.rows
        except InvalidInput as error:
            self.result.failed += 1
            self.result.errors.append(RowError(0, "", translated(error)))

    def _match(self, draft: Draft) -> None:
        if draft.errors:
            return
        try:
            draft.key = self.matcher.claim(draft.line, draft.values)
        except InvalidInput as error:
            draft.refuse(error.field or "", translated(error))

    def _waits(self, draft: Draft) -> bool:
        """Does it point at a row of its own kind that may come later in the file?"""
        return not draft.errors and any(
            item.field.target is self.view.model for _path, _place, item in draft.missing()
        )

    def _find_again(self, draft: Draft) -> None:
        for path, _place, item in draft.missing():
            if path in draft.values and not isinstance(draft.values[path], list):
                draft.values[path] = self.lookups.find(item.field, item.text, item.by)

    def write(self, drafts: list[Draft]) -> None:
        """Write a batch inside the present transaction and count it."""
        wanted = [draft for draft in drafts if not draft.left_out]
        for draft in wanted:
            if not draft.errors:
                self.missing.settle(draft)
        good = [draft for draft in wanted if not draft.errors]
        links = [link for draft in good for link in draft.links()]
        links += [Link(self.view.model, draft.key) for draft in good if draft.key is not None]
        self._write_together(good, load(self.session, links, self.lists))
        for draft in drafts:
            self.result.corrected.update(draft.corrections)
            if draft.errors:
                self._refuse(draft)
            elif draft.left_out:
                self._leave_out(draft)

    def _write_together(self, drafts: list[Draft], rows: dict[Link, Any]) -> None:
        """Write as many as go together; each draft ends up counted or with errors."""
        if not drafts:
            return
        try:
            done = self._try(drafts, rows)
        except _StartAgain:
            self._write_together([draft for draft in drafts if not draft.errors], rows)
            return
        except REFUSED as error:
            left = [draft for draft in drafts if not draft.errors]
            if len(drafts) == 1:
                drafts[0].refuse("", reason(error))
            else:
                middle = max(1, len(left) // 2)
                self._write_together(left[:middle], rows)
                self._write_together(left[middle:], rows)
            return
        for draft, outcome, item in done:
            self.result.count(outcome)
            self.watch(Written(draft, outcome))
            if outcome is RowOutcome.CREATED:
                self.lookups.note(item)

    def _try(
        self, drafts: list[Draft], rows: dict[Link, Any]
    ) -> list[tuple[Draft, RowOutcome, Any]]:
        alone = len(drafts) == 1
        done = []
        with self.session.begin_nested():
            for draft in drafts:
                try:
                    done.append((draft, *self.writer.write(draft, rows, alone=alone)))
                except FieldErrors as error:
                    _put_errors(draft, error)
                    if alone or draft.key is not None:
                        # Half of the row may be written: the savepoint takes it back.
                        raise _StartAgain from error
            give_keys(self.session)
            self.session.flush()
        return done

    def _refuse(self, draft: Draft) -> None:
        """Say what is wrong in each line; the others of the record are to come again with it."""
        self.result.count(RowOutcome.FAILED)
        for path, text, line in draft.errors:
            source = self.mapping.fields.get(path)
            column = ", ".join(source.columns) if source else path
            self.result.errors.append(RowError(line, column, text))
        wrong = {problem.line for problem in draft.errors}
        for line in dict.fromkeys(draft.places):
            if line not in wrong:
                text = _("Another line of the same record is wrong.")
                self.result.errors.append(RowError(line, "", text))
        self.watch(Written(draft, RowOutcome.FAILED))

    def _leave_out(self, draft: Draft) -> None:
        self.result.count(RowOutcome.SKIPPED)
        self.result.errors.append(RowError(draft.line, "", draft.alike))
        self.watch(Written(draft, RowOutcome.SKIPPED))

    def undo(self) -> None:
        self.session.rollback()
        self.lookups.forget()


class _StartAgain(Exception):  # noqa: N818 - a signal, nothing is wrong
    """The batch is to be written again, without the row that was refused."""


def _put_errors(draft: Draft, error: FieldErrors) -> None:
    for name, texts in error.errors.items():
        for text in texts:
            draft.refuse(name.removesuffix("_id"), text)
