"""Every (state, action) pair of tickets, tasks and campaigns: where it leads, if anywhere."""

from typing import Any

import pytest

from app.rules.errors import DomainError
from app.rules.marketing import CAMPAIGNS, CampaignStatus
from app.rules.states import Machine
from app.rules.support import TICKETS, TicketStatus
from app.rules.work import TASKS, TaskStatus

#: machine, states, and for each action where every state leads to ("-" nowhere), in their order
TABLES: dict[str, tuple[Machine[Any], type[Any], dict[str, str]]] = {
    "tickets": (
        TICKETS,
        TicketStatus,
        {
            #         new      open     waiting  resolved closed
            "start":   "open     -        open     -        -",
            "wait":    "waiting  waiting  -        -        -",
            "resolve": "resolved resolved resolved -        -",
            "close":   "-        -        -        closed   -",
            "reopen":  "-        -        -        open     open",
        },
    ),
    "tasks": (
        TASKS,
        TaskStatus,
        {
            #        todo      doing     done cancelled
            "start":  "doing     -         -    -",
            "finish": "done      done      -    -",
            "cancel": "cancelled cancelled -    -",
            "reopen": "-         -         todo todo",
        },
    ),
    "campaigns": (
        CAMPAIGNS,
        CampaignStatus,
        {
            #        planned   active    done    cancelled
            "launch": "active    -         -       -",
            "finish": "-         done      -       -",
            "cancel": "cancelled cancelled -       -",
            "reopen": "-         -         planned planned",
        },
    ),
}  # fmt: skip
PAIRS = [
    pytest.param(machine, state, action, end, id=f"{name}: {action} when {state.value}")
    for name, (machine, states, table) in TABLES.items()
    for action, row in table.items()
    for state, end in zip(states, row.split(), strict=True)
]


@pytest.mark.parametrize(("machine", "state", "action", "end"), PAIRS)
def test_an_action_leads_where_the_table_says(
    machine: Machine[Any], state: Any, action: str, end: str
) -> None:
    assert machine.may(action, state) is (end != "-")
    if end == "-":
        with pytest.raises(DomainError):
            machine.after(action, state)
    else:
        assert machine.after(action, state) == end


@pytest.mark.parametrize("name", TABLES)
def test_the_table_speaks_of_every_action(name: str) -> None:
    machine, _states, table = TABLES[name]
    assert set(machine.actions) == set(table)


@pytest.mark.parametrize("name", TABLES)
def test_a_card_may_be_dropped_exactly_where_an_action_leads(name: str) -> None:
    machine, states, table = TABLES[name]
    allowed = {
        (state.value, end)
        for row in table.values()
        for state, end in zip(states, row.split(), strict=True)
        if end != "-"
    }
    for old in states:
        for new in states:
            if (old.value, new.value) in allowed:
                assert machine.after(machine.action_between(old, new), old) is new
            else:
                with pytest.raises(DomainError):
                    machine.action_between(old, new)
