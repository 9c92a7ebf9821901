"""How long search takes among a million customers: palette, list and picker, for two readers.

Makes its own data, with words that are rare, frequent and in most names.
"""

import argparse
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app import create_app, models
from app.entities.types import now_utc
from app.extensions import db, refresh_statistics
from app.lowcode.principal import system
from app.lowcode.search import rebuilding
from app.lowcode.search.declared import all_searched
from app.lowcode.security import sync_permissions
from app.services.system.accounts import hash_password
from config import Settings
from seed.roles import seed_roles
from tests.databases import postgresql_server

PASSWORD = "only for measuring 71"
HOST = "https://localhost"
SELLERS = 50
_CITIES = [
    "上海", "北京", "深圳", "广州", "杭州", "苏州", "成都", "重庆", "武汉", "南京", "天津", "西安",
    "宁波", "厦门", "长沙", "青岛",
]  # fmt: skip
_TRADES = [
    "科技", "科技", "科技", "科技", "贸易", "贸易", "贸易", "医药", "实业", "电子", "机械", "化工",
    "食品", "建材", "物流", "咨询", "传媒", "能源", "环保", "纺织",
]  # fmt: skip
_SYLLABLES = (
    "华瑞宏达鑫盛恒远博雅锦泰祥和顺康隆昌益丰裕嘉德信诚立新创维凯旋天宇星辰海纳川源金石玉成伟业安邦"
    "兴邦永固卓越腾飞智慧云汉唐宋元明清风雷雨雪松柏梅兰竹菊春夏秋冬东南西北中正方圆"
)
#: what is typed: a word of few names, of some, of most; letters; figures
TYPED = {
    "two characters, rare": ["华瑞", "鑫盛", "唐宋", "腾飞", "梅兰"],
    "two characters, 5 %": ["医药", "电子", "物流", "重庆", "厦门"],
    "two characters, most": ["有限", "公司", "科技", "贸易"],
    "one character": ["华", "梅", "药"],
    "pinyin": ["huarui", "chongqing", "xinsheng"],
    "initials": ["hrkj", "cqxs", "shhr"],
    "digits": ["13812", "0042", "7788"],
}


def name_of(chance: random.Random) -> str:
    brand = "".join(chance.choices(_SYLLABLES, k=2))
    return f"{chance.choice(_CITIES)}{brand}{chance.choice(_TRADES)}有限公司"


def build(url: str, folder: Path, rows: int) -> tuple[Flask, float]:
    """The product with its customers, shared out among sellers; seconds that the index took."""
    settings = Settings(
        secret_key="bench-only-0f31c2d4e5968778", database_url=url, var=folder, job_threads=0
    )
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False)
    with app.app_context(), system("bench"):
        db.create_all()
        sync_permissions(app)
        seed_roles(db.session)
        team = models.Team(code="bench", name="Bench")
        sellers = [_person(f"bench{n}", "sales", team) for n in range(SELLERS)]
        db.session.add_all([*sellers, _person("boss", "administrator", None)])
        db.session.commit()
        keys, team_id = [seller.id for seller in sellers], team.id
        table = models.Customer.__table__
        for start in range(0, rows, 10_000):
            db.session.connection().execute(
                insert(table), list(_customers(start, min(start + 10_000, rows), keys, team_id))
            )
        db.session.commit()
        begun = time.perf_counter()
        for searched in all_searched():
            for _done in rebuilding.rebuild(db.session(), searched):
                db.session.commit()
        taken = time.perf_counter() - begun
        if db.engine.dialect.name == "postgresql":
            db.session.connection().exec_driver_sql("ANALYZE")
        refresh_statistics(db.session.connection())
        db.session.commit()
        db.engine.dispose()
    return app, taken


def _person(name: str, role: str, team: Any) -> Any:
    with db.session.no_autoflush:
        held = db.session.scalar(select(models.Role).where(models.Role.name == role))
    return models.User(
        username=name, name=name, active=True, password=hash_password(PASSWORD),
        roles=[held or models.Role(name=role)], team=team,
    )  # fmt: skip


def _customers(first: int, last: int, owners: list[int], team_id: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(first)  # noqa: S311 - the same rows every time
    moment = now_utc()
    for number in range(first, last):
        name, phone = name_of(chance), f"138{chance.randrange(10**8):08}"
        yield {
            "code": f"KH-{number:07}", "name": name, "name_key": name, "phone": phone,
            "phone_key": phone, "email": f"info{number}@example.com", "kind": "company",
            "tier": "ordinary", "lifecycle_stage": "prospect", "country": "CN",
            "owner_id": owners[number % SELLERS], "team_id": team_id,
            "created_on": moment, "changed_on": moment,
        }  # fmt: skip


def client_of(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/login/", base_url=HOST, data={"username": name, "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return client


def took(client: FlaskClient, path: str, typed: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path, base_url=HOST, query_string={"q": typed})
    taken = (time.perf_counter() - begun) * 1000
    assert answer.status_code == 200, answer.text[:500]
    return taken


def measure(app: Flask, rounds: int) -> None:
    paths = {"palette": "/palette", "picker": "/contacts/picker/customer", "list": "/customers/"}
    print(f"{'':24}{'':10}" + "".join(f"{place:>18}" for place in paths))
    for name in ("boss", "bench7"):
        client = client_of(app, name)
        for label, words in TYPED.items():
            cells = []
            for path in paths.values():
                times = [took(client, path, word) for _ in range(rounds) for word in words]
                warm = sorted(times[len(words) :])
                p95 = warm[min(len(warm) - 1, int(len(warm) * 0.95))]
                cells.append(f"{statistics.median(warm):8.1f} /{p95:7.1f}")
            print(f"{label:24}{name:10}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    chosen = parser.parse_args()
    for dialect in chosen.database or ["sqlite", "postgresql"]:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kehu-bench-")))
            url = f"sqlite:///{folder}/kehu.db"
            if dialect == "postgresql":
                server = stack.enter_context(postgresql_server())
                url = server.replace("postgresql://", "postgresql+psycopg://", 1)
            app, taken = build(url, folder, chosen.rows)
            print(f"\n{dialect}, {chosen.rows} customers; the index took {taken:.0f} s;"
                  " p50 / p95 in ms")  # fmt: skip
            measure(app, chosen.rounds)


if __name__ == "__main__":
    main()
