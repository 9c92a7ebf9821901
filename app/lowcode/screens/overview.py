"""Pages of figures over the rows of a list, narrowed by filters as the list itself would be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from flask import request, url_for

from app.lowcode import registered
from app.lowcode.fields.inputs import translated
from app.lowcode.list_state import ListState, read_state
from app.lowcode.pages import Chip, FilterSpec
from app.lowcode.screens.filters import chips_of, filter_of


@dataclass(frozen=True)
class Overview:
    """What an address asks of such a page. Subclasses name the entity whose list it stands on,
    the filters it takes, and the endpoint of the page."""

    model: ClassVar[type[Any]]
    filters: ClassVar[Sequence[str]]
    endpoint: ClassVar[str]

    screen: Any
    state: ListState

    @classmethod
    def read(cls) -> Self:
        screen = registered.screens()[cls.model]
        return cls(screen, cls.narrowed(read_state(screen.listable, request.args)))

    @classmethod
    def narrowed(cls, state: ListState) -> ListState:
        """Of a list's state what such a page takes."""
        filters = tuple(pair for pair in state.filters if pair[0] in cls.filters)
        return ListState(filters=filters, page=state.page, problems=state.problems)

    def list_url(self, state: ListState, **changed: Any) -> str:
        """The page itself under another state."""
        return url_for(self.endpoint) + replace(state, **changed).query()

    @property
    def chips(self) -> list[Chip]:
        return chips_of(self, self.state)

    @property
    def filter_forms(self) -> list[FilterSpec]:
        """As far as the acting person may read what they ask about."""
        readable = self.screen.listable.filters
        return [filter_of(self.screen, path) for path in self.filters if path in readable]

    @property
    def clear_url(self) -> str | None:
        return self.list_url(self.state, filters=(), page=1) if self.state.filters else None

    @property
    def problems(self) -> list[str]:
        """What cannot be done, in words."""
        return [translated(error) for error in self.state.problems]
