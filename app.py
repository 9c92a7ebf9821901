"""Serves the product: `python app.py [--port N]`; everything else goes by `kehu` or `flask`."""

import sys

from flask.cli import FlaskGroup

from app import create_app

if __name__ == "__main__":
    FlaskGroup(create_app=create_app).main(["serve", *sys.argv[1:]], prog_name="app.py")
