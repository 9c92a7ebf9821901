"""How names are read aloud, for names that were typed with another character of the same sound."""

from functools import lru_cache

from app.lowcode.search.pinyin import readings


def sound(text: str) -> str:
    """The usual readings of the characters without tones; what is no Chinese stays as it is.

    Character by character: what counts is that two spellings of one name give the same, not that
    each is read as its bearer does.
    """
    return "".join(map(_reading, text))


@lru_cache(maxsize=30_000)
def _reading(character: str) -> str:
    ((*found,),) = readings(character)
    return found[0] if found else character
