"""Serves the product: `flask --app app <command>` and `python app.py` start here."""

from app import create_app

if __name__ == "__main__":
    create_app().cli(["serve"])
