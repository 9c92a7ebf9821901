"""Countries: the codes are ISO's and the home market is the first choice."""

from app.rules.countries import Country


def test_codes_are_alpha_2_and_names_unique() -> None:
    assert len(Country) == 249
    assert all(len(country) == 2 and country.isupper() for country in Country)
    assert len({country.label for country in Country}) == len(Country)


def test_the_home_market_comes_first() -> None:
    assert next(iter(Country)) == "CN"
