"""The steps of a set read their files as they say: joined, repaired, filtered and in order."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.lowcode.importing.reading import cell_text
from app.lowcode.importing.sets import Step, read_set
from app.rules.errors import InvalidInput

FILES = {
    "orders.csv": "id,address,city\n1,Road 1,Rome\n2,Street, 5,Bonn\n3,Way 3,Oslo\n",
    "lines.csv": "order,product,pieces\n1,Tea,2\n2,Cup,1\n1,Pot,3\n",
    "people.csv": "name,team\nAnn,B\nBob,A\nCid,B\nDan,\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    return tmp_path


def read(folder: Path, **content: Any) -> list[list[str]]:
    """The header and the rows of a step, each with its line in front."""
    step = Step.from_json({"resource": "customers", "fields": {}, **content})
    with step.open(folder) as table:
        rows = [[str(line), *map(cell_text, cells)] for line, cells in table.rows]
        return [table.header, *rows]


LINES = {"file": "lines.csv", "on": "id", "key": "order", "columns": {"product": "product"}}


def test_a_join_adds_the_columns_of_the_first_row_that_fits(folder: Path) -> None:
    assert read(folder, file="orders.csv", joins=[LINES], overflow="address") == [
        ["id", "address", "city", "product"],
        ["2", "1", "Road 1", "Rome", "Tea"],
        ["3", "2", "Street, 5", "Bonn", "Cup"],
        ["4", "3", "Way 3", "Oslo", ""],
    ]


def test_a_join_with_every_row_repeats_ours(folder: Path) -> None:
    rows = read(folder, file="orders.csv", joins=[{**LINES, "every": True}], overflow="address")
    assert [(row[0], row[1], row[-1]) for row in rows[1:]] == [
        ("2", "1", "Tea"),
        ("2", "1", "Pot"),
        ("3", "2", "Cup"),
        ("4", "3", ""),
    ]


def test_a_split_row_is_not_joined_unless_the_mapping_puts_it_together(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="more cells"):
        read(folder, file="orders.csv", joins=[LINES])


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"skip": {"team": ["A"]}}, ["Ann", "Cid", "Dan"]),
        ({"skip": {"team": ["", "B"]}}, ["Bob"]),
        ({"distinct": ["team"]}, ["Ann", "Bob", "Dan"]),
        ({"sort": ["team"]}, ["Dan", "Bob", "Ann", "Cid"]),
        ({"skip": {"team": [""]}, "distinct": ["team"], "sort": ["team"]}, ["Bob", "Ann"]),
    ],
)
def test_rows_are_left_out_and_put_in_order(
    folder: Path, options: dict[str, Any], names: list[str]
) -> None:
    assert [row[1] for row in read(folder, file="people.csv", **options)[1:]] == names


def test_a_set_may_bring_rows_of_its_own(folder: Path) -> None:
    rows = [{"code": "a", "name": "A"}, {"code": "b"}]
    assert read(folder, rows=rows) == [["code", "name"], ["1", "a", "A"], ["2", "b", ""]]


@pytest.mark.parametrize(
    "options",
    [
        {"file": "nowhere.csv"},
        {"file": "people.csv", "skip": {"nothing": []}},
        {"file": "people.csv", "sort": ["nothing"]},
        {"file": "orders.csv", "joins": [{**LINES, "key": "nothing"}], "overflow": "address"},
        {"file": "people.csv", "rows": [{"a": "b"}]},
        {},
    ],
)
def test_what_cannot_be_read_is_refused(folder: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        read(folder, **options)


def test_every_set_of_the_product_can_be_read() -> None:
    mappings = Path(__file__).parents[3] / "seed" / "mappings"
    names = {path.stem for path in mappings.glob("*.json")}
    assert names >= {"northwind", "crm-pipeline"}
    for name in names:
        assert read_set(mappings, name)


@pytest.mark.parametrize("content", ["{", "{}", json.dumps({"steps": [{"file": "x"}]})])
def test_a_broken_set_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "mine.json").write_text(content)
    with pytest.raises(InvalidInput):
        read_set(tmp_path, "mine")
