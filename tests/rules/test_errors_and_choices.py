"""Refusals carry a translatable text; choices are their codes wherever a string is expected."""

import pickle

import pytest

from app.rules import catalog, customers, dates
from app.rules.choices import COLORS, Choice
from app.rules.errors import DomainError, InvalidInput

VOCABULARIES = [
    value
    for module in (catalog, customers, dates)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Choice) and value is not Choice
]


def test_an_error_fills_its_arguments_into_the_english_text():
    error = DomainError("%(count)s of %(name)s", count=3, name="bolts")
    assert str(error) == "3 of bolts"
    assert error.text == "%(count)s of %(name)s"
    assert error.arguments == {"count": 3, "name": "bolts"}
    assert error.field is None


def test_an_error_without_arguments_may_contain_a_percent_sign():
    assert str(DomainError("At most 100 %")) == "At most 100 %"


def test_an_error_survives_the_way_to_another_process():
    error = pickle.loads(pickle.dumps(InvalidInput("no %(what)s", what="tea", field="drink")))  # noqa: S301
    assert (type(error), str(error), error.field) == (InvalidInput, "no tea", "drink")


def test_an_argument_may_be_named_text():
    assert str(InvalidInput("“%(text)s”", text="abc")) == "“abc”"


def test_a_choice_is_its_code():
    vip = customers.Tier.VIP
    assert vip == "vip"
    assert f"{vip}" == "vip"
    assert sorted([vip, "a"]) == ["a", "vip"]
    assert customers.Tier("vip") is vip
    assert pickle.loads(pickle.dumps(vip)) is vip  # noqa: S301
    assert (vip.label, vip.color) == ("VIP", "purple")


def test_a_choice_without_a_colour_is_gray():
    assert customers.Sex.MALE.color == "gray"


def test_a_colour_the_interface_lacks_is_refused_at_declaration():
    with pytest.raises(ValueError, match="magenta"):
        Choice("Shade", {"ODD": ("odd", "Odd", "magenta")})


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda vocabulary: vocabulary.__name__)
def test_codes_and_labels_of_a_vocabulary_are_distinct(vocabulary):
    members = list(vocabulary)
    assert len({member.label for member in members}) == len(members)
    assert {member.color for member in members} <= COLORS
    assert all(code.isidentifier() and code == code.lower() for code in members)
