"""The outbox: each mail is sent when it is due, tried again when it must be, and never sent twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from samen.adapters.db.engine import Database
from samen.adapters.db.models import Mail, MailState
from samen.adapters.smtp import Outcome, Post, Receipt

BATCH = 50
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# 1, 2, 4 … 32 minutes and then every hour: about a day.
MOST_TRIES = 30
# Nobody wants last week's news on the day on which a mail server is configured.
KEPT_WITHOUT_SERVER = timedelta(days=3)
LOOKED_BACK = timedelta(days=7)
# A worker needs seconds to send a mail: one that is longer at it has ended.
SENDING_AT_MOST = timedelta(minutes=10)

Write = Callable[[Session, Mail, datetime], EmailMessage]


class CannotWrite(ValueError):
    """This mail cannot be put in words or addressed; the message says why."""


@dataclass(frozen=True)
class Outbox:
    """How the mails stand: numbers, since when the longest waits, and the newest answers of servers."""

    waiting: int
    waiting_since: datetime | None
    delayed_by: str | None
    unsure: int
    failed: int
    failed_by: str | None


def send_due(
    database: Database,
    post: Post,
    write: Write,
    clock: Callable[[], datetime],
    enough: Callable[[], bool] = lambda: False,
) -> int:
    """Send what is due over one connection, until it is `enough`; how many were accepted.

    Not one transaction but two a mail, for no database can take back what SMTP has said: the claim is
    committed before the server hears a word, and the outcome after. Whoever dies in between leaves the
    mail `sending`, which nobody takes up again.
    """
    with database.read() as session:
        waiting = due(session, clock(), BATCH)
    sent = 0
    try:
        for mail_id in waiting:
            receipt = _send(database, post, write, mail_id, clock())
            sent += receipt is not None and receipt.outcome is Outcome.ACCEPTED
            if enough() or (receipt is not None and receipt.away):
                break
    finally:
        post.close()
    return sent


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """The mails whose time has come, the longest waiting first."""
    query = select(Mail.id).where(Mail.state == MailState.DUE, Mail.due_at <= now)
    return session.scalars(query.order_by(Mail.due_at, Mail.id).limit(limit)).all()


def take(session: Session, mail_id: int, now: datetime) -> bool:
    """Claim a mail for this worker; False when another one has it. `due_at` keeps when it was taken."""
    won = session.scalar(
        update(Mail)
        .where(Mail.id == mail_id, Mail.state == MailState.DUE)
        .values(state=MailState.SENDING, tries=Mail.tries + 1, due_at=now)
        .returning(Mail.id)
    )
    return won is not None


def settle(session: Session, mail_id: int, receipt: Receipt, now: datetime) -> None:
    """Write down what became of a claimed mail. What is not known stays `sending`."""
    mail = session.get_one(Mail, mail_id)
    mail.problem = receipt.answer or None
    if receipt.outcome is Outcome.ACCEPTED:
        mail.state, mail.settled_at = MailState.SENT, now
    elif receipt.outcome is Outcome.REFUSED or (
        receipt.outcome is Outcome.LATER and mail.tries >= MOST_TRIES
    ):
        mail.state, mail.settled_at = MailState.FAILED, now
    elif receipt.outcome is Outcome.LATER:
        mail.state, mail.due_at = MailState.DUE, now + wait_after(mail.tries)


def wait_after(tries: int) -> timedelta:
    """How long to leave a server alone: longer each time, an hour at the most."""
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), LONGEST_WAIT)


def lapse(session: Session, now: datetime) -> int:
    """Where no mail server is configured: give up what has waited for days; how many."""
    gone = session.scalars(
        update(Mail)
        .where(Mail.state == MailState.DUE, Mail.created_at <= now - KEPT_WITHOUT_SERVER)
        .values(state=MailState.FAILED, settled_at=now, problem="no mail server was configured")
        .returning(Mail.id)
    )
    return len(gone.all())


def outbox(session: Session, now: datetime) -> Outbox:
    """How the mails stand, for whoever looks after the installation."""
    is_due = Mail.state == MailState.DUE
    unsure = (Mail.state == MailState.SENDING) & Mail.due_at.between(now - LOOKED_BACK, now - SENDING_AT_MOST)
    failed = (Mail.state == MailState.FAILED) & (Mail.settled_at > now - LOOKED_BACK)
    return Outbox(
        waiting=_count(session, is_due),
        waiting_since=session.scalar(select(func.min(Mail.due_at)).where(is_due)),
        delayed_by=_newest_problem(session, is_due),
        unsure=_count(session, unsure),
        failed=_count(session, failed),
        failed_by=_newest_problem(session, failed),
    )


def _send(database: Database, post: Post, write: Write, mail_id: int, now: datetime) -> Receipt | None:
    """One mail; None when another worker has it. Claimed first: one that breaks its writer stops no other."""
    with database.write() as session:
        if not take(session, mail_id, now):
            return None
    receipt = _hand_over(database, post, write, mail_id, now)
    with database.write() as session:
        settle(session, mail_id, receipt, now)
    return receipt


def _hand_over(database: Database, post: Post, write: Write, mail_id: int, now: datetime) -> Receipt:
    with database.read() as session:
        try:
            message = write(session, session.get_one(Mail, mail_id), now)
        except CannotWrite as error:
            return Receipt(Outcome.REFUSED, str(error))
    return post.send(message)


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Mail).where(which)) or 0


def _newest_problem(session: Session, which: ColumnElement[bool]) -> str | None:
    query = select(Mail.problem).where(which, Mail.problem.is_not(None))
    return session.scalar(query.order_by(Mail.due_at.desc()).limit(1))
