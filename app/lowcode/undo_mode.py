"""While rows go back to what they were: what else happens around a save must not add to it.

Rows get their old stamps and owners again, and what an undone set had made leaves without a trace
in the recycle bin. The trail of changes is written as always.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

_UNDOING = "kehu_undoing"


@contextmanager
def undoing(session: Session) -> Iterator[None]:
    """What is flushed inside puts back what was."""
    session.info[_UNDOING] = True
    try:
        yield
    finally:
        session.info.pop(_UNDOING, None)


def is_undoing(session: Session) -> bool:
    return _UNDOING in session.info
