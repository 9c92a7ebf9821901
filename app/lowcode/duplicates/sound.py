"""How names are read aloud, for names that were typed with another character of the same sound."""

from functools import lru_cache


def sound(text: str) -> str:
    """The usual readings of the characters without tones; what is no Chinese stays as it is.

    Character by character: what counts is that two spellings of one name give the same, not that
    each is read as its bearer does.
    """
    return "".join(map(_reading, text))


@lru_cache(maxsize=30_000)
def _reading(character: str) -> str:
    if not "\u2e80" <= character <= "\U000323af":
        return character
    # Its tables take a while to load: not at the start of the product.
    from pypinyin import Style, pinyin

    return str(pinyin(character, style=Style.NORMAL)[0][0])
