"""Code that reads for the product in the middle of somebody's request is named, with its reason.

`system()` sees all rows, and the session remembers records: what is read inside must be keys,
numbers or rows that are everybody's, or whoever asks the session later gets what is not theirs.
"""

import re
from pathlib import Path

import app as product

ROOT = Path(product.__file__).parent
#: file → what it reads so; commands are run by whoever administers the server
KNOWN = {
    "lowcode/access/chain.py": "the keys of the rows that decide about one",
    "lowcode/access/counting.py": "numbers",
    "lowcode/access/explain.py": "shares of one record, for those who answer for access",
    "lowcode/access/people.py": "accounts, which are everybody's",
    "lowcode/access/rules.py": "nothing: rules are compiled",
    "lowcode/access/sharing.py": "one key",
    "lowcode/access/simulate.py": "accounts and numbers",
    "lowcode/audit/flushing.py": "old values of columns of a row that is being written",
    "lowcode/bin.py": "the parts of a row that is deleted with them, and keys",
    "lowcode/changesets/putting_back.py": "what the bin holds of rows that the set deleted",
    "lowcode/duplicates/merging.py": "rows that name the merged ones; they leave the session again",
    "lowcode/jobs/ticks.py": "jobs, outside of any request",
    "lowcode/jobs/work.py": "jobs, outside of any request",
    "lowcode/principal.py": "the definition",
    "lowcode/security/authenticators.py": "nothing: a line of the trail is written",
    "lowcode/security/standing.py": "teams, places, shares and rules, as keys",
    "reports/customer_statement.py": "a number",
}


def test_reading_for_the_product_is_named() -> None:
    found = {
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        if re.search(r"\bsystem\(f?\"|is_system=True", file.read_text("utf-8"))
    }
    assert {name for name in found if not name.startswith("commands/")} == KNOWN.keys()
