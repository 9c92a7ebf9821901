"""A whole sales team's files: every figure of them, wherever the product tells it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from app.entities.customers import Customer
from app.entities.sales.deal import Deal, StageChange
from app.entities.sales.pipeline import Pipeline
from app.entities.system.organization import Team
from app.entities.system.user import User
from app.services.sales.funnel import Funnel, funnel_of
from tests.callers import Caller, inside
from tests.commands.companies import Company, company, read_page, signed_in
from tests.visitors import Visitor

WON = Decimal("10005534.00")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crm(request: pytest.FixtureRequest) -> Iterator[Company]:
    yield from company(request, "crm-pipeline", request.param)


@pytest.fixture(scope="module")
def manager(crm: Company) -> Visitor:
    return signed_in(crm.app, "administrator")


@pytest.fixture(scope="module")
def keys(crm: Company) -> dict[str, int]:
    """The keys of the pipeline ("") and of its stages, by code."""
    with inside(crm.app) as session:
        pipeline = _pipeline(session)
        return {"": pipeline.id} | {stage.code: stage.id for stage in pipeline.stages}


@pytest.fixture(scope="module")
def funnel(crm: Company) -> Funnel:
    with inside(crm.app) as session:
        today = datetime.now(UTC).date()
        return funnel_of(session, _pipeline(session), true(), today=today, least_days=14)


class TestBringingIn:
    def test_everything_comes_in_at_once(self, crm: Company) -> None:
        assert crm.first.exit_code == 0, crm.first.output
        # The managers change when they get the teams that were made for them.
        last = crm.first.output.splitlines()[-1]
        assert last == "created 8943, changed 6, unchanged 0, failed 0"

    @pytest.mark.parametrize(
        "line",
        [
            "product: “GTXPro” is unknown and was read as “GTX Pro” in 1480 rows",
            "sector: “technolgy” is unknown and was read as “technology” in 12 rows",
            "office_location: “Philipines” is unknown and was read as “Philippines” in 1 rows",
            "office_location: “Korea” is unknown and was read as “South Korea” in 1 rows",
        ],
    )
    def test_what_the_files_misspell_is_told(self, crm: Company, line: str) -> None:
        assert line in [told.strip() for told in crm.first.output.splitlines()]

    def test_a_second_time_leaves_no_trace(self, crm: Company) -> None:
        before = crm.state()
        last = crm.bring_in().output.splitlines()[-1]
        assert last == "created 0, changed 0, unchanged 8949, failed 0"
        assert crm.state() == before


class TestPeopleAndAccounts:
    def test_agents_are_inactive_users_in_teams_under_managers(self, crm: Company) -> None:
        with inside(crm.app) as session:
            agents = session.scalars(select(User).where(User.job_title == "Sales agent")).all()
            assert len(agents) == 35
            assert not any(user.active or user.roles or user.password for user in agents)
            agent = next(user for user in agents if user.name == "Mei-Mei Johns")
            assert agent.username == "mei-mei.johns"
            assert agent.reports_to.name == agent.team.manager.name == "Melvin Marxen"
            assert agent.region.name == agent.team.region.name == "Central"
            teams = session.scalars(select(Team)).all()
            assert len(teams) == 6
            assert all(team.manager.team is team for team in teams)
            assert Counter(team.region.name for team in teams) == {
                "Central": 2,
                "East": 2,
                "West": 2,
            }

    def test_an_account_says_what_the_file_says(self, crm: Company) -> None:
        with inside(crm.app) as session:
            cheers = session.scalars(select(Customer).where(Customer.name == "Cheers")).one()
            assert cheers.parent is not None
            assert cheers.parent.name == "Massive Dynamic"
            assert cheers.industry is not None
            assert cheers.industry.name == "entertainment"
            assert (cheers.country, cheers.annual_revenue) == ("US", Decimal("4269.90"))
            assert (cheers.employee_count, cheers.size) == (6472, "very_large")
            assert cheers.notes == "Founded in 1993"

    @pytest.mark.parametrize(
        ("words", "figure"),
        [
            (["customers"], "85"),
            (["customers", "parent=-"], "70"),
            (["customers", "parent=Acme Corporation"], "4"),
            (["customers", "industry=technology"], "12"),
            (["customers", "country=US"], "71"),
            (["customers", "country=PH"], "1"),
            (["customers", "country=KR"], "1"),
            (["products"], "7"),
            (["products", "category=GTX"], "4"),
            (["users", "active=no"], "41"),
        ],
    )
    def test_the_command_counts_them(self, crm: Company, words: list[str], figure: str) -> None:
        assert crm.count(*words) == figure


class TestDeals:
    @pytest.mark.parametrize(
        ("words", "figure"),
        [
            (["deals"], "8800"),
            (["deals", "pipeline=crm-pipeline"], "8800"),
            (["deals", "stage=crm-won"], "4238"),
            (["deals", "stage=crm-won", "--sum", "amount"], str(WON)),
            (["deals", "stage.kind=won", "--sum", "amount"], str(WON)),
            (["deals", "--sum", "amount"], str(WON)),
            (["deals", "stage=crm-lost"], "2473"),
            (["deals", "stage=crm-engaging"], "1589"),
            (["deals", "stage=crm-prospecting"], "500"),
            (["deals", "stage.kind=open"], "2089"),
            (["deals", "customer=-"], "1425"),
            (["deals", "product=GTX Pro"], "1480"),
            (["deals", "product=-"], "0"),
            (["deals", "owner=-"], "0"),
            (["deals", "team=-"], "0"),
            (["deals", "engaged_date=-"], "500"),
            (["deals", "closed_date=-"], "2089"),
            (["deals", "engaged_date=2016-10-20..2017-12-27"], "8300"),
            (["stage-changes"], "15011"),
        ],
    )
    def test_the_command_counts_them(self, crm: Company, words: list[str], figure: str) -> None:
        assert crm.count(*words) == figure

    def test_days_come_before_months(self, crm: Company) -> None:
        with inside(crm.app) as session:
            deal = session.scalars(select(Deal).where(Deal.code == "1C1I7A6R")).one()
            assert (deal.engaged_date, deal.closed_date) == (date(2016, 10, 20), date(2017, 3, 1))
            assert (deal.title, deal.amount) == ("GTX Plus Basic 1C1I7A6R", Decimal("1054.00"))
            assert deal.owner is not None
            assert deal.team is not None
            assert deal.region is not None
            assert (deal.owner.name, deal.team.name, deal.region.name) == (
                "Moses Frase",
                "Team Dustin Brinkmann",
                "Central",
            )

    def test_history_holds_the_steps_that_the_file_dates_and_no_other(
        self, crm: Company, keys: dict[str, int]
    ) -> None:
        with inside(crm.app) as session:
            steps = session.execute(
                select(StageChange.to_stage_id, func.count()).group_by(StageChange.to_stage_id)
            )
            assert dict(map(tuple, steps)) == {
                keys["crm-engaging"]: 4238 + 2473 + 1589,
                keys["crm-won"]: 4238,
                keys["crm-lost"]: 2473,
            }
            deal = session.scalars(select(Deal).where(Deal.code == "1C1I7A6R")).one()
            assert [
                (step.from_stage and step.from_stage.name, step.to_stage.name)
                for step in deal.stage_changes
            ] == [(None, "Engaging"), ("Engaging", "Won")]
            assert deal.stage_since == date(2017, 3, 1)
            waiting = session.scalars(select(Deal).where(Deal.stage_id == keys["crm-prospecting"]))
            assert {deal.stage_since for deal in waiting} == {None}

    def test_the_list_tells_the_same(self, manager: Visitor, keys: dict[str, int]) -> None:
        page = read_page(manager, f"/deals/?f.stage={keys['crm-won']}")
        assert "of 4,238" in page
        # Of so many rows the sum comes after the page.
        summary = read_page(manager, f"/deals/summary?f.stage={keys['crm-won']}")
        assert "10,005,534.00" in summary.split()

    def test_the_board_tells_the_same(self, manager: Visitor, keys: dict[str, int]) -> None:
        page = read_page(manager, f"/deals/?layout=board&f.pipeline={keys['']}")
        for stack in ("Prospecting 500", "Engaging 1589", "Won 4238 10,005,534.00", "Lost 2473"):
            assert stack in page

    def test_programs_get_the_same(self, crm: Company, keys: dict[str, int]) -> None:
        caller = Caller(crm.app, "administrator")
        for stage, count in (("won", 4238), ("lost", 2473), ("engaging", 1589)):
            answer = caller.get("deals", **{"f.stage": keys[f"crm-{stage}"], "size": 1})
            assert answer.json["count"] == count

    def test_an_export_adds_up_to_the_same(self, crm: Company, tmp_path: Path) -> None:
        out = tmp_path / "deals.csv"
        assert crm.run("export", "deals", "--out", str(out)).exit_code == 0
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
        assert Counter(row["Stage"] for row in rows) == {
            "Won": 4238,
            "Lost": 2473,
            "Engaging": 1589,
            "Prospecting": 500,
        }
        won = sum(Decimal(row["Amount"]) for row in rows if row["Stage"] == "Won")
        assert won == WON


class TestFunnel:
    def test_it_counts_what_the_list_counts(self, funnel: Funnel) -> None:
        assert [row.step.count for row in funnel.stages] == [500, 1589, 4238]
        assert [row.step.reached for row in funnel.stages] == [8800, 8300, 4238]
        assert (funnel.won.amount, funnel.won.weighted_amount) == (WON, WON)
        assert (funnel.lost.step.count, funnel.lost.amount) == (2473, 0)

    def test_won_of_decided(self, funnel: Funnel) -> None:
        assert funnel.won_share is not None
        assert funnel.won_share * 6711 == pytest.approx(Decimal(4238))

    def test_days_in_a_stage_are_those_of_the_file(self, crm: Company, funnel: Funnel) -> None:
        stays = sorted(
            _day(row["close_date"]) - _day(row["engage_date"])
            for row in csv.DictReader(
                io.StringIO((crm.files / "sales_pipeline.csv").read_text("utf-8"))
            )
            if row["close_date"]
        )
        median = funnel.stages[1].step.median_days
        assert median == stays[len(stays) // 2] / timedelta(days=1)

    def test_its_page_tells_the_same(self, manager: Visitor, keys: dict[str, int]) -> None:
        page = read_page(manager, f"/funnel/?f.pipeline={keys['']}")
        assert "4,238 / 6,711" in page
        assert {"8,800", "8,300", "4,238", "2,473", "1,589", "500"} <= set(page.split())
        assert "10,005,534.00" in page.split()


def test_the_start_page_counts_the_open_deals_apart(manager: Visitor) -> None:
    """The file gives no amount to open deals: none is made up."""
    assert "Open deals — 2,089 rows" in read_page(manager, "/")


def _pipeline(session: Session) -> Pipeline:
    return session.scalars(select(Pipeline).where(Pipeline.code == "crm-pipeline")).one()


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%y").replace(tzinfo=UTC)
