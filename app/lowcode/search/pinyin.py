"""How Chinese text may be spoken: the readings of each character, the usual one first."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from app.rules.search import is_han

#: characters of the words that are looked up
_LONGEST = 4
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

    Where a character is read in more than one way, the word it stands in decides which is usual.
    """
    found = [_single(character) for character in text]
    for at, character in enumerate(text):
        if character in _BESIDES:
            said = _in_a_word(text, at)
            found[at] = tuple(dict.fromkeys((said, *found[at]))) if said else found[at]
    return found


def load() -> None:
    """Read the tables now, for whoever will search and write."""
    readings("重庆")


@lru_cache(maxsize=30_000)
def _single(character: str) -> Sequence[str]:
    if not is_han(character):
        return ()
    # The tables take a fifth of a second, which commands that need none of them do not wait for.
    from pypinyin import lazy_pinyin

    usual = lazy_pinyin(character, errors="ignore")
    return tuple(dict.fromkeys((*usual, *_BESIDES.get(character, "").split())))


def _in_a_word(text: str, at: int) -> str | None:
    """How the character is read in the longest word around it that is known."""
    from pypinyin.phrases_dict import phrases_dict

    for size in range(_LONGEST, 1, -1):
        for start in range(max(at - size + 1, 0), min(at, len(text) - size) + 1):
            said = phrases_dict.get(text[start : start + size])
            if said is not None:
                return _without_tone(said[at - start][0])
    return None


@lru_cache(maxsize=2_000)
def _without_tone(syllable: str) -> str:
    """lǜ → lv"""
    parted = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(c for c in parted if c.isascii())
