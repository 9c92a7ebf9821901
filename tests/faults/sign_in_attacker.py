"""A process of its own that guesses passwords: a worker of the product under attack.

python -m tests.faults.sign_in_attacker DATABASE_URL FOLDER FIRST LAST

Tries FIRST to LAST-1, each from another address and by either name of the account;
prints how many passwords were looked at and how many were refused.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from config import Settings

NAME, NAME_BY_MAIL = "lin", "lin@example.com"
#: what an answer says: looked at and wrong, or not looked at
LOOKED_AT, REFUSED = 401, 429


def build(url: str, folder: Path) -> Flask:
    """The product on an existing database."""
    app = create_app(
        Settings(secret_key="faults-9d1c77a2e45b0836", database_url=url, var=folder, job_threads=0)
    )
    app.testing = True
    app.config["PREFERRED_URL_SCHEME"] = "https"
    return app


def attack(client: FlaskClient, passwords: Sequence[str], first: int = 0) -> list[int]:
    """The status of every try; each comes from another address, counted from `first`."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)
    assert token
    answers = []
    for number, password in enumerate(passwords, first):
        data = {
            "csrf_token": token[1],
            "username": NAME_BY_MAIL if number % 2 else NAME,
            "password": password,
        }
        address = {"REMOTE_ADDR": f"10.1.{number // 250}.{number % 250}"}
        answers.append(client.post("/login/", data=data, environ_base=address).status_code)
    return answers


if __name__ == "__main__":
    url, folder, first, last = sys.argv[1:]
    guesses = [f"guess number {number}" for number in range(int(first), int(last))]
    answers = attack(build(url, Path(folder)).test_client(), guesses, int(first))
    print(answers.count(LOOKED_AT), answers.count(REFUSED))
