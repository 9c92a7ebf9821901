"""New rows of a file that look like entries there are already, or like earlier rows of the file."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.lowcode.duplicates.finding import Finder, Match, rules_of
from app.lowcode.duplicates.sound import sound
from app.lowcode.importing.lookups import Link, Missing
from app.lowcode.importing.rows import Draft
from app.lowcode.links import links_of
from app.rules.imports import Alike
from app.rules.matching import SUSPECT, MatchReason, keys_of


class AlikeRows:
    """Decides by the match rules of the entity what becomes of new rows that are alike."""

    def __init__(self, session: Session, model: type[Any], choice: Alike) -> None:
        self._session, self._model, self._choice = session, model, choice
        self._rules = rules_of(model) if getattr(model, "match_rules", ()) else ()
        self._finder = Finder(session, model, spelling=False) if self._rules else None
        self._key_names = {link.name: key for key, link in links_of(model).items()}
        #: what an earlier row of the file said → its line
        self._lines: dict[int, int] = {}

    def judge(self, drafts: Iterable[Draft]) -> None:
        """Mark the new rows that are alike: told of, left out, or meaning the existing entry."""
        if self._finder is None:
            return
        new = [draft for draft in drafts if draft.key is None and not draft.errors]
        values = [self._values(draft) for draft in new]
        found = self._finder.find(values)
        for place, draft in enumerate(new):
            self._decide(draft, found.get(place, []), self._earlier(draft, values[place]))

    def _decide(self, draft: Draft, matches: list[Match], earlier: int | None) -> None:
        if earlier is not None:
            text = _("Looks like line %(line)s of the file.", line=earlier)
        elif matches:
            text = self._told(matches[0])
        else:
            return
        draft.alike = text
        seen = [match.key for match in matches if match.key is not None]
        if self._choice is Alike.UPDATE and earlier is None and seen:
            best = [match for match in matches if match.score == matches[0].score]
            if len(best) > 1 or matches[0].key is None:
                draft.refuse("", _("Looks like several entries: give it the code of one."))
            else:
                draft.key = matches[0].key
        elif self._choice is not Alike.CREATE:
            draft.left_out = True

    def _told(self, match: Match) -> str:
        reasons = ", ".join(_(MatchReason(reason).label) for reason in match.reasons)
        if match.key is None:
            return _("Looks like an entry that you do not see (%(reasons)s).", reasons=reasons)
        row = self._session.get(self._model, match.key)
        return _("Looks like %(name)s (%(reasons)s).", name=repr(row), reasons=reasons)

    def _values(self, draft: Draft) -> Mapping[str, Any]:
        """The row by attribute, as the rules read it."""
        return {
            self._key_names.get(name, name): value.id if isinstance(value, Link) else value
            for name, value in draft.values.items()
            if not isinstance(value, Missing | list)
        }

    def _earlier(self, draft: Draft, values: Mapping[str, Any]) -> int | None:
        """The line of the file that said the same before; from now on this one has, too."""
        marks = list(self._marks(values))
        known = next((self._lines[mark] for mark in marks if mark in self._lines), None)
        for mark in marks:
            self._lines.setdefault(mark, draft.line)
        return known

    def _marks(self, values: Mapping[str, Any]) -> Iterator[int]:
        """Numbers of what makes two rows alike by itself."""
        keys = keys_of(self._rules, values, sound)
        for place, (found, weight) in enumerate(zip(keys.values, keys.weights, strict=True)):
            if weight >= SUSPECT:
                # Their hashes alone: files have hundreds of thousands of rows.
                yield from (hash((place, key)) for key in found)
