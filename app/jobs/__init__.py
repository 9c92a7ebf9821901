"""The schedule, and the kinds of background work: every module here registers its own."""

from datetime import time, timedelta
from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

from app.lowcode.jobs import Runner, Scheduled
from app.rules.jobs import Daily
from config import Settings

SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled("clean_up", Daily(at=time(3, 30)), "clean_up", grace=timedelta(days=7)),
    Scheduled("cut_audit_trail", Daily(at=time(3, 50)), "cut_audit_trail"),
    Scheduled("empty_bin", Daily(at=time(4, 0)), "empty_bin"),
    Scheduled("delete_lost_files", Daily(at=time(4, 10)), "delete_lost_files"),
    Scheduled("delete_old_exports", Daily(at=time(3, 45)), "delete_old_exports"),
    Scheduled("forget_old_changes", Daily(at=time(3, 35)), "forget_old_changes"),
    Scheduled("delete_old_imports", Daily(at=time(3, 40)), "delete_old_imports"),
)


def init(app: Flask, settings: Settings) -> None:
    """Register all handlers; the runner stands in `app.extensions["kehu_jobs"]`, not started."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    app.extensions["kehu_jobs"] = Runner(app, settings.job_threads, SCHEDULE)
