"""The product as one of the peers of the comparison; the harness finds this file itself.

It runs with the harness's Python, which knows nothing of the product: what needs the product is
started with the product's own interpreter.
"""

import hashlib
import os
import subprocess
from pathlib import Path
from urllib.parse import quote

from adapter import Adapter, Op
from common import (
    ADMIN,
    DATA,
    DETAIL_IDS,
    EXPORT_CAMPAIGN,
    LAB,
    PASSWORD,
    PG_BIN,
    PG_PORT,
    PG_USER,
    SEARCH_COMMON,
    SEARCH_RARE,
    deep_page,
    pg_dsn,
)
from httpc import form_with

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
#: the files that decide what stands in a database
MAKERS = (
    "app/entities",
    "migrations/versions",
    "bench/rows.py",
    "bench/load.py",
    "seed/reference.py",
    "seed/roles.py",
)
#: the same ten columns as the others, name and code in our order
COLUMNS = "name,code,tier,industry,region,owner,phone,lifecycle_stage,credit_limit,created_on"


class Peer(Adapter):
    """Its own database, filled from the files that all peers are filled from."""

    name, label, venv = "kehu", "Kehu 客户", "kehu"
    db_suffix = "_kehu"
    cwd = ROOT

    @property
    def db(self):
        if self.kind == "sqlite":
            return str(LAB / f"kehu_{self.size}.sqlite3")
        return super().db

    @property
    def url(self):
        return (
            f"sqlite:///{self.db}"
            if self.kind == "sqlite"
            else pg_dsn(self.db, "postgresql+psycopg")
        )

    @property
    def folder(self):
        folder = LAB / f"kehu-{self.kind}-{self.size}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def env(self):
        return {
            "DATABASE_URL": self.url,
            "KEHU_VAR": str(self.folder),
            "SECRET_KEY": "bench-only-0f31c2d4e5968778",
            "KEHU_TRUSTED_HOSTS": "",
        }

    def command(self):
        """As `kehu run` starts it, with as many processes as the peers have."""
        serve = [str(PYTHON), "-m", "flask", "--app", "app", "serve", "--port", str(self.port)]
        return [*serve, "--threads", str(self.threads), "--workers", str(self.workers)]

    def prepare(self):
        """Load the rows anew where the tables or the way they are filled have changed."""
        mark, made = self.folder / "made", fingerprint()
        if mark.exists() and mark.read_text() == made:
            return
        mark.unlink(missing_ok=True)
        if self.kind == "sqlite":
            for ending in ("", "-wal", "-shm"):
                Path(f"{self.db}{ending}").unlink(missing_ok=True)
        else:
            psql(f"DROP DATABASE IF EXISTS {self.db}")
            psql(f"CREATE DATABASE {self.db}")
            psql("CREATE EXTENSION pg_stat_statements", self.db)
        command = [str(PYTHON), "-m", "bench.load", "--database", self.url]
        command += ["--data", str(DATA / self.size), "--password", PASSWORD]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - a command of ours
        mark.write_text(made)

    def login(self, c):
        form = form_with(c.get("/login/").text, "password")
        answer = c.post("/login/", {**form, "username": ADMIN, "password": PASSWORD})
        assert answer.status == 302, answer.status

    def ops(self, c):
        rows = f"/customers/?cols={COLUMNS}"
        form = form_with(c.get("/customers/new").text, "code")

        def new(i):
            # Each with a number and a key of its own: the product asks about likely duplicates.
            return {
                **form,
                "key": f"bench-{os.getpid()}-{i}",
                "code": f"BENCH-{self.short}{i}",
                "name": f"基准测试{i}有限公司",
                "kind": "company",
                "tier": "vip",
                "lifecycle_stage": "prospect",
                "industry": "1003",
                "region": "1004",
                "owner": "1005",
                "phone": f"138{i % 10**8:08}",
                "credit_limit": "1000.00",
            }

        def shown(i):
            return f"/customers/{DETAIL_IDS[i % 40]}"

        return {
            "list": Op(rows, rows=25),
            "list_deep": Op(f"{rows}&page={deep_page(self.size)}", rows=25),
            "list_sort": Op(f"{rows}&sort=-credit_limit", rows=25),
            "filter_tier": Op(f"{rows}&f.tier=vip", rows=25),
            "search_rare": Op(f"{rows}&q={quote(SEARCH_RARE)}", rows=2),
            "search_common": Op(f"{rows}&q={quote(SEARCH_COMMON)}", rows=25),
            "detail": Op(
                lambda i: f"{shown(i)}?tab=contacts&tab=deals",
                expect="采购项目",
                note="the record page with two of its tabs; figures and timeline load after it",
            ),
            "edit": Op(lambda i: f"{shown(i)}/edit", expect='name="code"'),
            "deal_edit": Op(
                lambda i: f"/deals/{1 + i % 400}/edit", expect='name="title"', concurrent=False
            ),
            "create": Op("/customers/new", data=new, status=(302,)),
            "export": Op(
                f"/customers/export.csv?f.source={self.campaign(c)}", rows=9900, concurrent=False
            ),
            "hello": Op("/healthz", expect="ok", note="one statement: is the database there?"),
        }

    def campaign(self, c):
        """The key of the source that stands for the files' campaign."""
        found = c.get(f"/customers/picker/source?q={EXPORT_CAMPAIGN}").text
        return found.partition('"value":')[2].split('"')[1]


def fingerprint():
    """Changes with the files that decide what stands in a database."""
    digest = hashlib.sha256()
    for maker in MAKERS:
        path = ROOT / maker
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def psql(statement, database="postgres"):
    command = [str(PG_BIN / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
    command += ["-p", str(PG_PORT), "-U", PG_USER, "-d", database, "-c", statement]
    subprocess.run(command, check=True)  # noqa: S603 - a command of ours
