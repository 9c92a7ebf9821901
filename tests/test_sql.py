"""Statements that go around the row boundary stand in a short list, each with its reason.

The boundary holds for what the ORM reads and flushes. Core statements on a connection, text, and
inserts, updates and deletes in bulk pass by it: nobody writes another one without saying why.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import app as product

ROOT = Path(product.__file__).parent.parent

_OWN_ROWS = "rows of the product itself that belong to nobody's scope"
_TECHNICAL = "a table without an owner, written in one statement for its speed or its atomicity"
#: file → why what it does is right although no scope is asked
ALLOWED = {
    # stock and money: one conditional statement each, so that nothing is sold or paid twice
    "app/services/inventory/levels.py": "levels change by single conditional UPDATEs alone",
    "app/services/billing.py": "what is paid of an order is added up over all its payments",
    "app/services/sales/orders.py": "the credit limit counts orders that the seller does not see",
    # numbers, settings, jobs, sign-in: asked before or without anybody acting
    "app/lowcode/numbering.py": "a number is free only if nobody's row has it",
    "app/lowcode/settings/store.py": "asked within flushes, and for nobody in particular",
    "app/lowcode/jobs/queue.py": "workers claim jobs before they know on whose behalf",
    "app/lowcode/jobs/ticks.py": "one worker of many gets a due moment",
    "app/jobs/system.py": _OWN_ROWS,
    "app/lowcode/notifications.py": "to many people at once; each reads and marks the own ones",
    "app/lowcode/changesets/recording.py": "blocks of a set, in the flush that they tell of",
    "app/lowcode/changesets/obstacles.py": "keys and labels of rows that this very set changed",
    "app/lowcode/changesets/undoing.py": "the blocks of a set that was undone",
    "app/lowcode/changesets/putting_back.py": "versions of rows that were just restored",
    "app/lowcode/changesets/keeping.py": _OWN_ROWS,
    "app/lowcode/importing/bringing.py": "the lines of a run, which only its maker opens",
    "app/lowcode/importing/keys.py": "the keys that new rows get, whoever brings them",
    "app/lowcode/scope.py": "the boundary itself, for people to whose rights it adds nothing",
    "app/lowcode/listing.py": "how PostgreSQL plans cursors; no rows are read by it",
    "app/lowcode/security/identity.py": "who acts: the session or key that a request came with",
    "app/lowcode/security/manager.py": "before it is known who signs in",
    "app/lowcode/security/throttle.py": "before it is known who signs in",
    "app/lowcode/security/permissions.py": "the rights that the screens declare",
    "app/lowcode/security/rights.py": "pairs of a role whose change was checked",
    "app/lowcode/access/epoch.py": _TECHNICAL,
    "app/views/system/account.py": "the own preferences, which are no change of the account",
    "app/lowcode/security/browser_session.py": "sessions of the person who signs in or out",
    "app/lowcode/security/fresh.py": "the own session, once the password was typed again",
    "app/lowcode/security/key_door.py": "before it is known whose key it is",
    "app/lowcode/once.py": "keys of the acting person, who alone repeats a request",
    "app/lowcode/shelf/opened.py": "what the person opened, after the answer; the own rows alone",
    "app/lowcode/security/use.py": "when a session or a key was used, after the answer",
    "app/lowcode/audit/chain.py": "the trail is written by the product, whoever acts",
    "app/lowcode/audit/retention.py": "an old part of the trail is cut as a whole",
    "app/lowcode/audit/sealing.py": "entries of earlier versions get their place in the chain",
    "app/lowcode/audit/trail.py": "the trail is written by the product, whoever acts",
    "app/lowcode/ownership.py": "a handover of thousands of rows, each of them in the trail",
    "app/lowcode/duplicates/clusters.py": "keys of rows; whoever looks sees those that are theirs",
    "app/lowcode/duplicates/finding.py": "rows that are like one; which may be told is asked then",
    "app/lowcode/duplicates/scanning.py": "a scan of all rows keeps keys alone",
    "app/lowcode/restoring.py": "a row comes back under its old key; who may was asked before",
    "app/lowcode/screens/saving.py": "is a value taken, by whomever; nothing of the row is told",
    "app/lowcode/search/newest.py": "keys that are found; their rows are read within the scope",
    "app/lowcode/search/in_turn.py": "which transaction it is, to count once in each",
    "app/lowcode/search/rebuilding.py": "entries of all rows, by whoever administers the server",
    "app/lowcode/search/writing.py": "entries of rows that were written under the boundary",
    "app/lowcode/snapshots.py": "pairs of a row that the bin takes in; who may was asked before",
    "app/commands/audit.py": "the whole trail, from the server's own command line",
    "app/commands/setup.py": "storage is made before anybody is there",
    "app/commands/serving.py": "no connection may be open when processes are forked",
    "app/lowcode/boot.py": "the monitor's question whether the database answers",
    "app/entities/system/search.py": "SQLite's index of words, which no model can describe",
    "app/extensions.py": "how a transaction begins",
}


def _statements(path: Path) -> Iterator[str]:
    """What of the list a file does, as it is written there."""
    tree = ast.parse(path.read_text("utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "engine" and _is_db(node.value):
            yield f"{node.lineno}: db.engine"
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=("text" | "insert" | "update" | "delete") as name):
                if name in imported:
                    yield f"{node.lineno}: {name}()"
            case ast.Attribute(attr=("connection" | "exec_driver_sql") as name):
                yield f"{node.lineno}: .{name}()"
            case ast.Attribute(attr="insert", value=ast.Name(id="sqlite" | "postgresql")):
                yield f"{node.lineno}: insert()"


def _is_db(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "db"


def _found() -> dict[str, list[str]]:
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "seed").rglob("*.py")]
    found = {str(file.relative_to(ROOT)): list(_statements(file)) for file in files}
    return {name: lines for name, lines in found.items() if lines}


def test_statements_that_pass_by_the_row_boundary_are_named() -> None:
    found = _found()
    assert {name: lines for name, lines in found.items() if name not in ALLOWED} == {}


def test_no_file_stays_in_the_list_that_needs_it_no_more() -> None:
    assert ALLOWED.keys() - _found().keys() == set()


def test_a_new_one_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "new.py"
    file.write_text(
        "from sqlalchemy import text, update\n"
        "session.execute(text('SELECT 1'))\n"
        "session.execute(update(table))\n"
        "session.connection().execute(query)\n"
        "db.engine.connect()\n"
        "field.text(value)\n",
        encoding="utf-8",
    )
    assert [line.partition(": ")[2] for line in _statements(file)] == [
        "text()", "update()", ".connection()", "db.engine",
    ]  # fmt: skip
