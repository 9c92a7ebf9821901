"""How often Python looks for garbage: seldom where much is made that stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: objects made, less those gone, before garbage is looked for: about as many as a page needs
_OF_A_PAGE = 20_000
#: and as the batches of an import need
_OF_A_BATCH = 50_000


@contextmanager
def none_expected() -> Iterator[None]:
    """The product is loaded: nearly all that is made stays, and to go through it again and again
    took a quarter of the start."""
    gc.disable()
    try:
        yield
    finally:
        # What was frozen counts as old: the next look, among what is new, does not go through it.
        gc.freeze()
        gc.unfreeze()
        gc.enable()


@contextmanager
def little_expected() -> Iterator[None]:
    """Rows live until the end of their batch: looking for garbage among them costs a third more."""
    usual = gc.get_threshold()[0]
    gc.set_threshold(_OF_A_BATCH)
    try:
        yield
    finally:
        # Of imports that run at the same time, the second one has found the measure of the first.
        gc.set_threshold(min(usual, _OF_A_PAGE))


def keep_what_is_loaded() -> None:
    """The code and the screens stay to the end: nothing looks for garbage among them, and forked
    processes go on sharing their memory."""
    gc.collect(1)  # among what was made since they were loaded
    gc.freeze()
    gc.set_threshold(_OF_A_PAGE)
