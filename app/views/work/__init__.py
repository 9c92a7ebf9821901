"""The screens of everybody's own work."""

from app.views.work.my_day import MyDayView
from app.views.work.task import TaskView

__all__ = ["MyDayView", "TaskView"]
