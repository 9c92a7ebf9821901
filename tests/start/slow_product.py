"""The product with one more address that takes its time: for requests in flight."""

import os
import time

from flask import Flask, request

from app import create_app as create_product


def create_app() -> Flask:
    """The product and `/slow?seconds=N`, which tells the process that answered."""
    app = create_product()

    @app.get("/slow")
    def slow() -> str:
        time.sleep(float(request.args["seconds"]))
        return str(os.getpid())

    return app
