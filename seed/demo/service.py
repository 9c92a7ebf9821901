"""The sample company's tickets with their ratings, a year of survey answers, and open tasks."""

from datetime import timedelta

from sqlalchemy import select

from app.entities.customers import Contact, Customer
from app.entities.support import Survey, SurveyResponse, Ticket
from app.entities.system.user import User
from app.entities.work import Task
from app.rules.customers import Channel
from app.rules.satisfaction import AnswerMode
from app.rules.support import OPEN_TICKETS, TicketPhase, TicketStatus
from app.rules.work import OPEN_TASKS, Priority, TaskStatus
from app.services.support import rate_ticket
from seed.demo import words
from seed.demo.sample import Sample

TICKETS, ANSWERS, TASKS = 260, 160, 60


def add_tickets(sample: Sample) -> None:
    """Tickets of the last year; whoever was helped lately is more satisfied than a year ago."""
    customers = sample.session.scalars(select(Customer).order_by(Customer.id)).all()
    contacts: dict[int, list[Contact]] = {}
    for contact in sample.session.scalars(select(Contact).order_by(Contact.id)):
        contacts.setdefault(contact.customer_id, []).append(contact)
    for number in range(TICKETS):
        customer = sample.random.choice(customers)
        # The later, the more: the business grows.
        age = timedelta(days=365) * (1 - (number / TICKETS) ** 0.8)
        ticket = _ticket(sample, customer, age)
        ticket.contact = sample.random.choice([*contacts.get(customer.id, []), None])
        sample.session.add(ticket)
        if ticket.resolved_on is not None and not sample.one_in(3):
            sample.session.flush()
            csat = _csat(sample, age)
            comment = sample.random.choice(words.PRAISES if csat > 2 else words.COMPLAINTS)
            answered = min(ticket.resolved_on + timedelta(days=1), sample.now)
            rate_ticket(sample.session, ticket, csat, comment, answered)


def _ticket(sample: Sample, customer: Customer, age: timedelta) -> Ticket:
    kind, subject, description, solution = sample.random.choice(words.REQUESTS)
    made = sample.now - age
    took = timedelta(hours=sample.random.choice([2, 4, 8, 20, 30, 70, 120]))
    is_over = not sample.one_in(9 if age > timedelta(days=20) else 3)
    status = sample.random.choice(OPEN_TICKETS)
    if is_over and made + took < sample.now:
        status = sample.random.choices([TicketStatus.RESOLVED, TicketStatus.CLOSED], [1, 3])[0]
    is_done = status in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
    agent = sample.random.choice(sample.agents)
    return Ticket(
        subject=subject,
        description=description,
        customer=customer,
        type=kind,
        phase=sample.random.choices(list(TicketPhase), [2, 3, 10])[0],
        priority=sample.random.choices(list(Priority), [2, 10, 4, 1])[0],
        status=status,
        channel=sample.random.choice(list(Channel)[:7]),
        assignee=agent,
        team=agent.team,
        due_on=made + timedelta(days=sample.random.choice([1, 2, 3, 5, 7]))
        if is_done
        else sample.now + timedelta(hours=sample.random.randrange(-48, 120)),
        created_on=made,
        first_response_on=None if status is TicketStatus.NEW else made + timedelta(hours=1),
        resolved_on=made + took if is_done else None,
        closed_on=made + took + timedelta(days=2) if status is TicketStatus.CLOSED else None,
        reopen_count=1 if sample.one_in(15) and is_done else 0,
        solution=solution if is_done else None,
    )


def _csat(sample: Sample, age: timedelta) -> int:
    """Better with time: about 70 points a year ago, about 90 now."""
    months = age.days / 30
    return sample.random.choices([1, 2, 3, 4, 5], [0.2 * months, 0.5 * months, 3, 9, 22 - months])[
        0
    ]


def add_answers(sample: Sample) -> None:
    """Answers to phone and web surveys that belong to no ticket."""
    customers = sample.session.scalars(select(Customer).order_by(Customer.id)).all()
    survey = sample.session.scalars(select(Survey).order_by(Survey.id)).first()
    if survey is None:
        return
    for _ in range(ANSWERS):
        age = timedelta(minutes=sample.random.randrange(365 * 24 * 60))
        csat = _csat(sample, age)
        agent = sample.random.choice([*sample.agents, *sample.sellers])
        sample.session.add(
            SurveyResponse(
                survey=survey,
                customer=sample.random.choice(customers),
                agent=agent,
                team=agent.team,
                mode=sample.random.choice(list(AnswerMode)),
                answered_on=sample.now - age,
                created_on=sample.now - age,
                csat=csat,
                nps=min(10, max(0, 2 * csat + sample.random.choice([-2, -1, 0, 0, 1]))),
                comment=None
                if sample.one_in(2)
                else sample.random.choice(words.PRAISES if csat > 2 else words.COMPLAINTS),
            )
        )


def add_tasks(sample: Sample) -> None:
    """Tasks of everybody who works here, from last week to the week after next."""
    people = sample.session.scalars(select(User).where(User.team_id.is_not(None))).all()
    customers = sample.session.scalars(select(Customer).order_by(Customer.id)).all()
    for number in range(TASKS):
        person = people[number % len(people)]
        mine = [customer for customer in customers if customer.owner is person]
        due = sample.now.date() + timedelta(days=sample.random.randrange(-6, 15))
        done = due < sample.now.date() and not sample.one_in(3)
        status = TaskStatus.DONE if done else sample.random.choice(OPEN_TASKS)
        sample.session.add(
            Task(
                subject=sample.random.choice(words.TASKS),
                assignee=person,
                team=person.team,
                due_date=due,
                priority=sample.random.choices(list(Priority), [2, 8, 3, 1])[0],
                status=status,
                customer=sample.random.choice(mine) if mine else None,
                done_on=sample.now - timedelta(hours=number) if done else None,
            )
        )
