"""What identifies a person or an organisation: names, e-mail addresses, phone and tax numbers."""

import re
import unicodedata
from functools import lru_cache

from app.rules.errors import InvalidInput
from app.rules.text import fold_width, shorten

_CHINESE_FORMS = re.compile(
    r"(?:有限责任公司|股份有限公司|有限公司|股份公司|集团公司|公司|集团|股份)$"
)
_WESTERN_FORMS = frozenset(
    {
        "co", "coltd", "ltd", "limited", "inc", "incorporated", "corp", "corporation", "company",
        "llc", "llp", "plc", "gmbh", "mbh", "ag", "kg", "sa", "sas", "sarl", "srl", "spa", "bv",
        "nv", "oy", "oyj", "ab", "as", "aps", "pty", "pte", "ltda", "kk",
    }
)  # fmt: skip
_BETWEEN_CHINESE = re.compile(r"(?<=[\u2e80-\u9fff])[\W_]+(?=[\u2e80-\u9fff])")

_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])",
    re.ASCII,
)
_PHONE = re.compile(
    r"(?P<number>\+?[\d(][\d ().-]*\d)(?: ?(?:ext\.?|x|转|分机) ?(?P<ext>\d{1,6}))?",
    re.ASCII | re.IGNORECASE,
)
_EXTENSION = re.compile(r"ext|x|转|分机")
_CHINA = re.compile(r"\s*(?:\+|00)\s*86")
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{2}}\d{{6}}[{_USCC_ALPHABET}]{{10}}")


# A row that is written asks several times: to be matched, for its key and for its search entry.
@lru_cache(maxsize=2000)
def normalize_name(text: str) -> str:
    """The key by which two spellings of one name are found to be the same.

    Width, case, blanks, punctuation and the legal form at the end (有限公司, Co., Ltd., GmbH)
    do not count. Never empty for a text that is not empty.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    undotted = re.sub(r"[.'’]", "", _BETWEEN_CHINESE.sub("", folded))
    words = [word for word in re.split(r"[\W_]+", undotted) if word]
    if not words:
        return "".join(folded.split()) or text
    return "".join(_without_legal_forms(words))


def legal_form(name: str) -> str:
    """The Chinese legal form at the end of a name, such as 有限公司; empty where there is none."""
    found = _CHINESE_FORMS.search(name)
    return found[0] if found else ""


def check_email(text: str) -> str:
    """The address in lower case and half width; InvalidInput if mail could not reach it."""
    address = fold_width(text).lower()
    if len(address) > 254 or len(address.partition("@")[0]) > 64 or not _EMAIL.fullmatch(address):
        raise InvalidInput(
            "“%(text)s” is not an e-mail address. Write it like name@example.com.",
            text=shorten(text),
        )
    return address


def check_phone(text: str) -> str:
    """The number in half width; a mainland mobile number as its 11 digits alone.

    Numbers of any country pass with 5 to 20 digits, blanks, + - ( ) . and an extension. Eleven
    digits that begin with 1 must be a mainland mobile number. InvalidInput otherwise.
    """
    folded = fold_width(text)
    match = _PHONE.fullmatch(folded)
    digits = _digits_of(match["number"]) if match else ""
    if match is None or not 5 <= len(digits) <= 20 or not _is_balanced(folded):
        raise InvalidInput(
            "“%(text)s” is not a phone number. Write it like 138 0013 8000 or 010-6552 9988.",
            text=shorten(text),
        )
    if len(digits) == 11 and digits[0] == "1" and not folded.startswith("+"):
        if not _MOBILE.fullmatch(digits):
            raise InvalidInput(
                "“%(text)s” is not a mobile number: the second digit is 3 to 9. "
                "Write foreign numbers with + and the country code.",
                text=shorten(text),
            )
        return f"{digits} ext. {match['ext']}" if match["ext"] else digits
    return folded


@lru_cache(maxsize=2000)
def phone_key(text: str | None) -> str | None:
    """The digits by which two spellings of one phone number are found to be the same.

    Without extension and without China's own country code; None where there is no number.
    """
    number = _EXTENSION.split(fold_width(text or "").lower())[0]
    digits = _digits_of(number)
    if _CHINA.match(number):
        digits = re.sub(r"^(?:00)?86", "", digits)
    return digits[:24] or None


def check_uscc(text: str) -> str:
    """统一社会信用代码: the 18 characters in upper case, if the check character is right.

    GB 32100-2015: with C(i) the place of character i in 0-9A-Z without I O S V Z and weights
    W(i) = 3^(i-1) mod 31, the last character is 31 - (sum of C(i) W(i), i = 1..17) mod 31,
    where 31 stands for 0.
    """
    code = re.sub(r"[ -]", "", fold_width(text)).upper()
    if not _USCC.fullmatch(code):
        raise InvalidInput(
            "“%(text)s” is not a unified social credit code. It has 18 digits and capital "
            "letters, without I, O, S, V and Z, like 91350100M000100Y43.",
            text=shorten(text),
        )
    if code[17] != uscc_check_character(code[:17]):
        raise InvalidInput(
            "The check character of “%(text)s” is wrong. Compare the code with the business "
            "licence.",
            text=shorten(text),
        )
    return code


def check_tax_number(text: str, country: str) -> str:
    """The tax number as a country (ISO code) writes it; only China's own is checked."""
    if country != "CN":
        return fold_width(text).upper()
    try:
        return check_uscc(text)
    except InvalidInput as error:
        error.field = "tax_number"
        raise


def _without_legal_forms(words: list[str]) -> list[str]:
    while True:
        shorter = _CHINESE_FORMS.sub("", words[-1])
        if shorter == words[-1] and words[-1] in _WESTERN_FORMS:
            shorter = ""
        if shorter == words[-1] or (not shorter and len(words) == 1):
            return words
        words = [*words[:-1], shorter] if shorter else words[:-1]


def _digits_of(text: str) -> str:
    return text if text.isdecimal() else re.sub(r"\D", "", text)


def _is_balanced(number: str) -> bool:
    return re.fullmatch(r"[^()]*(?:\([^()]*\)[^()]*)*", number) is not None


def uscc_check_character(body: str) -> str:
    """The 18th character of a unified social credit code from its first 17."""
    weighted = sum(
        _USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body)
    )
    return _USCC_ALPHABET[-weighted % 31]
