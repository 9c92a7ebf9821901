"""How Chinese text may be spoken: the readings of each character, the usual one first."""

from collections.abc import Sequence
from functools import lru_cache

from app.rules.search import is_han

#: Readings beside the usual one, as family names and in words: people type the one they know.
_BESIDES = {
    "长": "zhang", "重": "zhong chong", "乐": "yue le", "行": "hang xing", "朝": "chao zhao",
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao",
    "盖": "ge", "翟": "zhai", "覃": "qin", "缪": "miao", "黑": "he", "折": "she", "种": "chong",
    "员": "yun", "尉": "yu", "宓": "mi fu", "秘": "bi", "繁": "po", "牟": "mu mou", "祭": "zhai",
    "任": "ren", "宁": "ning", "华": "hua", "盛": "sheng cheng", "沈": "shen", "谌": "chen shen",
    "都": "du dou", "厦": "xia sha", "藏": "zang cang", "会": "hui kuai", "传": "chuan zhuan",
    "调": "diao tiao", "大": "da", "石": "shi", "万": "wan mo", "俟": "qi", "澹": "tan",
    "乘": "cheng", "参": "can shen", "车": "che", "弹": "dan tan", "降": "xiang jiang",
    "强": "qiang jiang", "畜": "xu chu", "率": "lv shuai", "数": "shu", "宿": "su xiu",
    "系": "xi", "兴": "xing", "应": "ying", "育": "yu", "载": "zai", "吕": "lyu lu",
    "绿": "lv lu", "旅": "lv lyu", "律": "lv lyu", "女": "nv nyu", "铝": "lv lyu",
}  # fmt: skip


def readings(text: str) -> list[Sequence[str]]:
    """For each character its readings in small letters, without tones; none of what is not Chinese.

    Where a character is read in more than one way, the words around it decide which one is usual.
    """
    if not any(character in _BESIDES for character in text):
        return [_single(character) for character in text]
    found: list[Sequence[str]] = []
    run = ""
    for character in text:
        if is_han(character):
            run += character
            continue
        found += [*_in_words(run), ()]
        run = ""
    return [*found, *_in_words(run)]


@lru_cache(maxsize=20_000)
def _single(character: str) -> Sequence[str]:
    if not is_han(character):
        return ()
    return _all_of(character, _spoken(character)[0])


def _in_words(run: str) -> list[Sequence[str]]:
    return [_all_of(c, usual) for c, usual in zip(run, _spoken(run), strict=True)] if run else []


def _all_of(character: str, usual: str) -> Sequence[str]:
    """None where the character is one of another script, which stands for itself."""
    besides = _BESIDES.get(character, "").split()
    return tuple(dict.fromkeys((usual, *besides))) if usual.isascii() else ()


def _spoken(run: str) -> list[str]:
    # The tables of words take a tenth of a second: only whoever searches or writes waits for them.
    from pypinyin import lazy_pinyin

    # One reading for each character, be it a sign of its own.
    return list(lazy_pinyin(run, errors=lambda others: list(others)))  # type: ignore[arg-type, return-value]
