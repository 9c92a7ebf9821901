"""The product with addresses that take their time: for requests in flight."""

import os
import time

from flask import Flask, request

from app import create_app as create_product


def create_app() -> Flask:
    """The product, `/slow?seconds=N`, and `/who?seconds=N`, which names who answered."""
    app = create_product()

    @app.get("/slow")
    def slow() -> str:
        time.sleep(float(request.args["seconds"]))
        return "done"

    @app.get("/who")
    def who() -> str:
        time.sleep(float(request.args["seconds"]))
        return str(os.getpid())

    return app
