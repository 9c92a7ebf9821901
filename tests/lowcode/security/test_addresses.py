"""Whose address counts: the connection's, and what a proxy says only where one was configured."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from app.entities.system.audit import AuditEntry
from app.rules.audit import AuditAction
from config import Settings
from tests.callers import inside
from tests.databases import dispose
from tests.visitors import Visitor

CLAIMED = "198.51.100.7, 203.0.113.9"


@pytest.mark.parametrize(("hops", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_claimed_address_counts_only_behind_a_proxy_of_ours(
    app: Flask, tmp_path: Path, hops: int, address: str
) -> None:
    product = create_app(
        Settings(
            secret_key=app.config["SECRET_KEY"],
            database_url=app.config["SQLALCHEMY_DATABASE_URI"],
            var=tmp_path,
            proxy_hops=hops,
            job_threads=0,
        )
    )
    product.testing = True
    product.config["PREFERRED_URL_SCHEME"] = "https"
    stranger = Visitor(product)
    form = {"csrf_token": stranger.token(), "username": "x", "password": "x"}
    answer = stranger.post_raw("/login/", data=form, headers={"X-Forwarded-For": CLAIMED})
    assert answer.status_code == 401
    with inside(product) as session:
        failed = AuditEntry.action == AuditAction.SIGN_IN_FAILED
        told = session.scalars(select(AuditEntry.address).where(failed)).all()
    dispose(product)
    assert told == [address]
