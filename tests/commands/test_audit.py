"""`kehu audit`: says that the trail is whole, or where it is not; cuts it up to a checkpoint."""

from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.entities.system.audit import AuditCheckpoint, AuditEntry
from app.entities.system.organization import Region
from app.entities.types import now_utc
from app.extensions import db
from app.jobs.trail import cut_audit_trail
from app.lowcode.audit import chain, retention
from app.lowcode.settings import kept_since, set_settings
from app.rules.audit import AuditAction
from tests.callers import inside
from tests.lowcode.audit.trails import tamper, walk

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _old(app: Flask) -> None:
    """Ten entries of which the first six are from 2020, chained as they would have been."""
    with inside(app) as session, pytest.MonkeyPatch.context() as patch:
        tamper(
            session,
            "DELETE FROM audit_entry",
            "UPDATE audit_head SET sequence = 0, digest = :genesis, seal = ''",
            genesis=chain.GENESIS,
        )
        long_ago = now_utc().replace(year=2020)
        patch.setattr(chain, "now_utc", lambda: long_ago)
        for number in range(10):
            if number == 6:
                patch.undo()
            session.add(Region(code=f"R{number}", name=f"Region {number}"))
            session.commit()


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *words])


def cut(app: Flask) -> int:
    with inside(app) as session:
        return retention.cut(session, now_utc() - timedelta(days=1))


def test_a_whole_trail_is_said_to_be_so(app: Flask) -> None:
    result = run(app, "verify")
    assert result.exit_code == 0, result.output
    assert "10 entries, 2020-" in result.output
    with inside(app) as session:
        assert session.scalars(
            select(AuditEntry.digest).where(AuditEntry.sequence == 10)
        ).one() in (result.output)


def test_the_first_altered_entry_is_named(app: Flask) -> None:
    with inside(app) as session:
        tamper(session, "UPDATE audit_entry SET label = 'x' WHERE sequence IN (4, 7)")
    result = run(app, "verify")
    assert result.exit_code == 1
    assert "Entry 4 (create Region" in result.output
    assert "2020-" in result.output
    assert "not those that were written" in result.output


def test_every_finding_has_its_chinese(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.commands.console.CHINESE", True)
    assert "审计记录完整" in run(app, "verify").output
    with inside(app) as session:
        tamper(session, "DELETE FROM audit_entry WHERE sequence = 3")
    assert "第 3 条：这条记录缺失" in run(app, "verify").output


def test_what_is_old_goes_up_to_a_checkpoint_and_the_rest_stays_whole(app: Flask) -> None:
    result = run(app, "cut", "--before", f"{now_utc() - timedelta(days=1):%Y-%m-%d}")
    assert result.exit_code == 0, result.output
    assert "6 entries were removed" in result.output
    with inside(app) as session:
        kept = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)).all()
        assert [row.sequence for row in kept] == [7, 8, 9, 10, 11]
        assert kept[-1].action is AuditAction.CUT
        assert kept[-1].changes == {"entries": [6, 0]}
    result = run(app, "verify")
    assert result.exit_code == 0, result.output
    assert "Entries 1 to 6 were removed" in result.output
    assert cut(app) == 0


def test_a_cut_in_steps_ends_the_same(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 2)
    assert [cut(app) for _step in range(4)] == [2, 2, 2, 0]
    with app.app_context():
        assert (walk().finding, walk().cut) == (None, 6)


def test_everything_may_be_old(app: Flask) -> None:
    with inside(app) as session:
        assert retention.cut(session, now_utc() + timedelta(days=1)) == 10
    with inside(app) as session:
        assert (walk().finding, walk().count) == (None, 1)
        tamper(session, "DELETE FROM audit_entry")
        assert walk().finding is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_checkpoint SET sequence = 7",
        "UPDATE audit_checkpoint SET removed = 5",
        "UPDATE audit_checkpoint SET digest = 'x'",
        "DELETE FROM audit_checkpoint",
        "DELETE FROM audit_entry WHERE sequence = 7",
    ],
)
def test_nobody_makes_a_checkpoint_by_hand(app: Flask, statement: str) -> None:
    cut(app)
    with inside(app) as session:
        tamper(session, statement)
        assert walk().finding is not None


def test_an_entry_put_in_before_the_checkpoint_is_found(app: Flask) -> None:
    cut(app)
    with inside(app) as session:
        tamper(session, "UPDATE audit_entry SET sequence = 2 WHERE sequence = 8")
        finding = walk().finding
        assert finding is not None
        assert (finding.sequence, "put in" in finding.problem) == (2, True)


def test_the_job_keeps_what_the_setting_says(app: Flask) -> None:
    class Context:
        session = db.session
        steps = 0

        def checkpoint(self) -> None:
            self.steps += 1
            db.session.commit()

    with inside(app) as session:
        assert kept_since(now_utc()) is None
        assert cut_audit_trail(Context()) == {"entries": 0}  # type: ignore[arg-type]
        set_settings(session, {"audit_months": 12})
        session.commit()
        since = kept_since(now_utc())
        assert since is not None
        assert (since.day, since.hour) == (1, 0)
        assert timedelta(days=360) < now_utc() - since < timedelta(days=400)
        assert cut_audit_trail(Context()) == {"entries": 6}  # type: ignore[arg-type]
    with inside(app) as session:
        assert session.scalar(select(func.count(AuditCheckpoint.id))) == 1
        assert walk().finding is None


def test_the_future_cannot_be_cut(app: Flask) -> None:
    assert run(app, "cut", "--before", "2999-01-01").exit_code == 2
