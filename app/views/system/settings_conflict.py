"""Two people at the settings: what each changed since the form was opened, to choose from."""

import json
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms import Form

from app.entities.system.setting import Setting
from app.extensions import db
from app.lowcode.fields.inputs import FlagField
from app.lowcode.screens.merging import MINE, OPEN, THEIRS, ConflictPage, Difference, Group
from app.lowcode.settings import SECTIONS, options_in


def texts_of(form: Form) -> dict[str, str]:
    """What each input holds, as it is posted; as typed where it cannot be read."""
    return {
        entry.short_name: (
            str((entry.raw_data or [""])[0])
            if entry.process_errors
            else entry.source.typed(entry.data)
        )
        for entry in form
    }


def base_of(form: Form) -> str:
    """What the form opens with, as JSON that travels in it."""
    return json.dumps(texts_of(form), ensure_ascii=False)


class SettingsMerge:
    """`mine` as posted against `theirs` as kept; `base` is what the form of mine opened with."""

    def __init__(self, mine: Form, theirs: Form, base: str) -> None:
        self._mine, self._theirs = mine, theirs
        self._base = _read(base)
        self._own, self._kept = texts_of(mine), texts_of(theirs)
        groups = [
            Group(str(label), self._differences(section)) for section, label in SECTIONS.items()
        ]
        self.groups = [group for group in groups if group.differences]

    @property
    def is_all_mine(self) -> bool:
        """Did the other one change nothing that I have not changed in the same way?"""
        return all(one.chosen == MINE for group in self.groups for one in group.differences)

    def page(self, title: str, url: str, version: int) -> ConflictPage:
        """The choice, for `conflict.html`; what does not differ travels along."""
        shown = {one.name for group in self.groups for one in group.differences}
        last = db.session.scalars(select(Setting).order_by(Setting.changed_on.desc())).first()
        return ConflictPage(
            title=title,
            action_url=url,
            cancel_url=url,
            who=repr(last.changed_by) if last and last.changed_by else _("Somebody else"),
            when=format_datetime(last.changed_on, "yyyy-MM-dd HH:mm") if last else "",
            groups=self.groups,
            hidden=[
                *((name, text) for name, text in self._own.items() if name not in shown),
                ("base", base_of(self._theirs)),
            ],
            version=version,
        )

    def _differences(self, section: str) -> list[Difference]:
        names = [option.key for option in options_in(section)]
        return [self._difference(name) for name in names if self._own[name] != self._kept[name]]

    def _difference(self, name: str) -> Difference:
        own, kept, base = self._own[name], self._kept[name], self._base.get(name)
        return Difference(
            name=name,
            label=str(self._mine[name].label.text),
            base=None if base is None else _words(self._mine[name], base),
            mine=_words(self._mine[name], own),
            theirs=_words(self._mine[name], kept),
            mine_value=own,
            theirs_value=kept,
            chosen=THEIRS if own == base else MINE if kept == base else OPEN,
        )


def _read(base: str) -> dict[str, str]:
    """{} for what no form of ours has sent: then nothing is known and everything is asked."""
    try:
        read = json.loads(base)
    except (ValueError, RecursionError):
        return {}
    known = read.items() if isinstance(read, dict) else ()
    return {name: text for name, text in known if isinstance(text, str)}


def _words(entry: Any, text: str) -> str:
    """A value for people; `text` is what is posted."""
    if isinstance(entry, FlagField):
        return _("Yes") if text else _("No")
    return entry.source.shown(text) or text or _("empty")
