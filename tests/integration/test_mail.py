"""Mails: in the reader's language, tried again when they must be, and never sent twice."""

import email
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from samen.adapters.db import Database
from samen.adapters.db.models import Invite, Mail, MailState, Member
from samen.adapters.smtp import post_for
from samen.cli import samen
from samen.services import doctor, notices
from samen.services import mail as mails
from samen.services.invitations import calendar_object
from samen.web.mail import Writer
from support.building import NOW, Calendar, a_member, at, load_demo
from support.mail import a_sink
from support.ports import free_port
from support.web import Clock, settings_for

FACTS = {
    "space": "Salle Émeraude",
    "title": "Fête d’été",
    "start": at("14:00").isoformat(),
    "end": at("15:30").isoformat(),
    "url": "/series/1",
}


@pytest.fixture(scope="module")
def server():
    """One SMTP server for the whole file."""
    with a_sink() as sink:
        yield sink


@pytest.fixture
def sink(server):
    """The server, with nothing in it."""
    server.forget()
    return server


@dataclass
class Office:
    """A building that sends mails, with a clock that a test moves."""

    database: Database
    url: str
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self):
        load_demo(self.database)
        self.reader = a_member(self.database, "zoe.reader@rue.test")
        self.reads_in("fr", "Zoë Müller")

    def reads_in(self, language, name):
        with self.database.write() as session:
            member = session.get_one(Member, self.reader.member_id)
            member.locale, member.name = language, name

    def tell(self, code="booking_made", **more):
        facts = FACTS | more.pop("facts", {})
        with self.database.write() as session:
            notices.tell(session, [self.reader.member_id], code, facts, self.clock(), **more)

    def send(self):
        settings = settings_for(self.database.url, SAMEN_MAIL_URL=self.url)
        write = Writer(settings, settings.mail.sender)
        return mails.send_due(self.database, post_for(settings.mail), write, self.clock)

    def later(self, **span):
        self.clock.now += timedelta(**span)

    def mail(self):
        with self.database.read() as session:
            mail = session.scalars(select(Mail)).one()
            session.expunge(mail)
            return mail

    def problems(self):
        with self.database.read() as session:
            return list(session.scalars(select(Mail.problem).order_by(Mail.id)))

    def states(self):
        with self.database.read() as session:
            return [one.state for one in session.scalars(select(Mail).order_by(Mail.id))]


@pytest.fixture
def office(sqlite_database, sink):
    return Office(sqlite_database, sink.url)


def test_a_mail_goes_out_as_html_and_as_text(office, sink):
    office.tell()

    sent = office.send()

    (arrived,) = sink.mails
    assert (sent, office.states()) == (1, [MailState.SENT])
    assert arrived.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in arrived.iter_parts()] == ["text/plain", "text/html"]
    assert str(arrived["From"]) == "Bota 75 <samen@bota75.example>"
    assert str(arrived["To"]) == "Zoë Müller <zoe.reader@rue.test>"
    assert arrived["X-Envelope"] == "samen@bota75.example zoe.reader@rue.test"
    assert "Salle Émeraude" in arrived["Subject"]
    assert arrived["Message-ID"] == f"<{office.mail().message_id}@bota75.example>"
    assert arrived["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("fr", "lundi 23 novembre 2026"),
        ("nl", "maandag 23 november 2026"),
        ("en", "Monday 23 November 2026"),
    ],
)
def test_a_mail_is_in_its_readers_language_and_the_buildings_time(office, sink, language, day):
    office.reads_in(language, "Zoë")
    office.tell()

    office.send()

    text, html = (part.get_content() for part in sink.mails[0].iter_parts())
    assert f"{day}, 14:00–15:30" in text
    assert f"{day}, 14:00–15:30" in html
    assert f'<html lang="{language}">' in html
    assert sink.mails[0]["Content-Language"] == language


def test_both_parts_say_the_same_and_lead_to_the_page(office, sink):
    office.tell(facts={"reason": "Travaux & <peinture>"}, code="request_declined")

    office.send()

    text, html = (part.get_content() for part in sink.mails[0].iter_parts())
    assert "Fête d’été" in text
    assert "Fête d’été" in html
    assert "Travaux & <peinture>" in text
    assert "Travaux &amp; &lt;peinture&gt;" in html
    assert "http://127.0.0.1:8075/series/1" in text
    assert 'href="http://127.0.0.1:8075/series/1"' in html
    assert "<img" not in html


def test_nothing_that_people_write_becomes_a_header_or_another_address(office, sink):
    evil = "Salle\r\nBcc: everybody@evil.test\r\n\r\nBuy"
    office.reads_in("fr", evil)

    office.tell(facts={"space": evil, "title": evil, "url": "//evil.test/"})
    office.send()

    (arrived,) = sink.mails
    assert (arrived["Bcc"], arrived["X-Envelope"]) == (None, "samen@bota75.example zoe.reader@rue.test")
    assert arrived["Subject"].count("Bcc: everybody@evil.test") == 1
    assert "evil.test/" not in arrived.get_body(("plain",)).get_content()


@pytest.mark.parametrize("invite", list(Invite))
def test_an_invitation_carries_its_calendar_object(office, sink, invite):
    booked = Calendar(office.database, office.reader).ask("14:00", "15:00")
    with office.database.write() as session:
        session.execute(update(Mail).values(state=MailState.SENT))
    office.tell(invite=invite, series_id=booked.series.id)

    office.send()

    method = invite.value.upper()
    (arrived,) = sink.mails
    calendar = next(part for part in arrived.walk() if part.get_content_type() == "text/calendar")
    (attached,) = arrived.iter_attachments()
    with office.database.read() as session:
        whole = session.scalars(select(Mail).order_by(Mail.id.desc()).limit(1)).one()
        expected = calendar_object(session, whole, "samen@bota75.example")
    assert (calendar.get_param("method"), calendar.get_content_charset()) == (method, "utf-8")
    assert calendar.get_payload(decode=True) == attached.get_payload(decode=True) == expected
    assert f"METHOD:{method}".encode() in expected
    assert b'ORGANIZER;CN="Bota 75":mailto:samen@bota75.example' in expected
    assert (attached.get_filename(), arrived["Content-Language"]) == ("invite.ics", "fr")


def test_many_mails_share_a_connection(office, sink):
    for _ in range(3):
        office.tell()

    assert office.send() == 3
    assert sink.connections == 1


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_server_that_says_later_is_asked_again_later(office, sink, command):
    sink.will_answer(command, "451 4.7.1 Greylisted, come back")
    office.tell()
    office.tell()

    first = office.send()
    at_once = office.send()
    office.later(minutes=1)
    then = office.send()

    assert (first, at_once, then) == (1, 0, 1)
    assert len(sink.mails) == 2
    assert office.states() == [MailState.SENT] * 2


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_reader_whom_the_server_does_not_know_is_given_up(office, sink, command):
    sink.will_answer(command, "550 5.1.1 Nobody here by that name")
    office.tell()

    office.send()
    office.later(days=1)
    office.send()

    assert sink.mails == []
    assert (office.mail().state, office.mail().problem) == (
        MailState.FAILED,
        "550 5.1.1 Nobody here by that name",
    )


def test_a_server_that_will_not_have_us_fails_no_mail(office, sink):
    sink.will_answer("MAIL", "530 5.7.0 Authentication required")
    office.tell()
    office.tell()

    office.send()

    assert office.states() == [MailState.DUE] * 2
    assert office.problems() == ["530 5.7.0 Authentication required", None]


def test_a_server_that_is_away_is_waited_for_and_given_up_after_a_day(office):
    office.url = f"smtp://127.0.0.1:{free_port()}?from=samen@bota75.example"
    office.tell()

    office.send()
    assert office.mail().problem == "Connection refused"
    while office.mail().state is MailState.DUE:
        office.clock.now = office.mail().due_at
        office.send()

    assert office.mail().state is MailState.FAILED
    assert timedelta(hours=20) < office.clock.now - NOW < timedelta(hours=30)


def test_each_wait_is_longer_up_to_an_hour():
    waits = [mails.wait_after(tries) / timedelta(minutes=1) for tries in (1, 2, 3, 6, 7, 29)]

    assert waits == [1, 2, 4, 32, 60, 60]


def test_a_worker_that_dies_after_the_server_accepted_never_sends_again(office, sink, monkeypatch):
    office.tell()

    def die(*_):
        raise OperationalError("commit", {}, Exception("killed"))

    with monkeypatch.context() as patched:
        patched.setattr(mails, "settle", die)
        with pytest.raises(OperationalError):
            office.send()
    office.later(days=2)
    again = office.send()

    assert (len(sink.mails), again, office.states()) == (1, 0, [MailState.SENDING])
    with office.database.read() as session:
        assert mails.outbox(session, office.clock()).unsure == 1


def test_a_connection_that_breaks_before_the_answer_leaves_it_open_and_is_not_repeated(office, sink):
    sink.will_answer("DATA", "hang_up")
    office.tell()
    office.tell()

    office.send()
    office.later(days=1)
    office.send()

    assert office.states() == [MailState.SENDING, MailState.SENT]
    assert len(sink.mails) == 2


def sent_by_rivals(office, monkeypatch, workers=2):
    """How many mails two workers send who have both seen the same one waiting."""
    office.tell()
    look, everybody_has_looked = mails.due, threading.Barrier(workers, timeout=20)

    def look_and_wait(*asked):
        seen = look(*asked)
        everybody_has_looked.wait()
        return seen

    monkeypatch.setattr(mails, "due", look_and_wait)
    with ThreadPoolExecutor(workers) as pool:
        return sum(job.result() for job in [pool.submit(office.send) for _ in range(workers)])


def test_two_workers_at_once_send_a_mail_once(database, sink, monkeypatch):
    sent = sent_by_rivals(Office(database, sink.url), monkeypatch)

    assert (sent, len(sink.mails)) == (1, 1)


def test_without_the_conditional_update_they_send_it_twice(office, sink, monkeypatch):
    def take_blindly(session, mail_id, now):
        session.execute(update(Mail).where(Mail.id == mail_id).values(state=MailState.SENDING))
        return True

    monkeypatch.setattr(mails, "take", take_blindly)
    sent = sent_by_rivals(office, monkeypatch)

    assert (sent, len(sink.mails)) == (2, 2)


def test_mails_wait_for_a_mail_server_but_not_for_ever(office):
    office.tell()
    office.later(days=2)
    office.tell()
    office.later(days=1)

    with office.database.write() as session:
        assert mails.lapse(session, office.clock()) == 1

    assert office.states() == [MailState.FAILED, MailState.DUE]
    assert office.problems() == ["no mail server was configured", None]


def test_somebody_whose_account_is_closed_gets_no_mail(office, sink):
    office.tell()
    with office.database.write() as session:
        session.get_one(Member, office.reader.member_id).disabled_at = NOW

    office.send()

    assert sink.mails == []
    assert (office.mail().state, office.mail().problem) == (MailState.FAILED, "the account is closed")


def test_the_user_and_password_of_the_address_are_used(office, sink):
    office.url = f"smtp://samen:p%40ss@127.0.0.1:{sink.port}?from=samen@bota75.example"
    office.tell()

    assert office.send() == 1
    assert sink.logins[0].login == b"samen"


def test_a_wrong_password_fails_no_mail(office, sink):
    office.url = f"smtp://samen:wrong@127.0.0.1:{sink.port}?from=samen@bota75.example"
    office.tell()

    office.send()

    assert (office.mail().state, office.mail().problem[:3]) == (MailState.DUE, "535")


def test_a_server_without_encryption_gets_nothing_where_it_was_asked_for(office, sink):
    office.url = f"smtp+starttls://127.0.0.1:{sink.port}?from=samen@bota75.example"
    office.tell()

    office.send()

    assert sink.mails == []
    assert "STARTTLS" in office.mail().problem


def test_mails_can_be_laid_into_a_folder(office, tmp_path):
    office.url = (tmp_path / "mails").as_uri()
    office.tell()

    office.send()

    (file,) = (tmp_path / "mails").glob("*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=default)
    assert "Salle Émeraude" in mail["Subject"]
    assert file.read_bytes().isascii()


def test_tick_sends_what_is_due(office, sink, monkeypatch):
    monkeypatch.setenv("SAMEN_DATABASE_URL", office.database.url)
    monkeypatch.setenv("SAMEN_MAIL_URL", sink.url)
    office.clock.now = datetime.now(UTC)
    office.tell()

    answer = CliRunner().invoke(samen, ["tick", "--once"])

    assert answer.exit_code == 0
    assert "1 mails, " in answer.stdout
    assert len(sink.mails) == 1


def findings(office, url=None):
    """What the doctor says of mails."""
    settings = settings_for(office.database.url, **({"SAMEN_MAIL_URL": url} if url else {}))
    with office.database.read() as session:
        finding = doctor.mails(session, settings, office.clock())
    return finding.ok, finding.sentence


def test_the_doctor_is_content_while_mails_go_out_or_nobody_is_to_be_told(office, sink):
    silent = findings(office)
    office.tell()
    office.send()

    assert silent == (True, "No mail server is configured: people are told on the page alone.")
    assert findings(office, sink.url) == (True, "Mails are sent; 0 wait.")


def test_the_doctor_says_that_no_server_is_configured_while_mails_wait(office):
    office.tell()

    ok, sentence = findings(office)

    assert not ok
    assert sentence.startswith("1 mails wait, and no mail server is configured: set SAMEN_MAIL_URL")


def test_the_doctor_says_what_is_tried_again_and_what_nobody_sends(office, sink):
    sink.will_answer("RCPT", "451 Greylisted.")
    office.tell()
    office.send()

    tried_again = findings(office, sink.url)
    office.later(hours=3)
    nobody_sends = findings(office, sink.url)

    assert tried_again == (False, "Mails are tried again, for the mail server said: 451 Greylisted.")
    assert nobody_sends == (False, "Mails have waited 2 h to be sent: is samen tick running?")


def test_the_doctor_tells_of_mails_that_did_not_arrive_or_may_not_have_for_a_week(office, sink):
    sink.will_answer("RCPT", "550 No such user")
    sink.will_answer("DATA", "hang_up")
    office.tell()
    office.tell()
    office.send()
    office.later(hours=1)

    ok, sentence = findings(office, sink.url)
    office.later(days=7)

    assert not ok
    assert "1 mails of the last 7 days did not arrive: 550 No such user." in sentence
    assert "Of 1 mails of the last 7 days it is not known whether they arrived" in sentence
    assert findings(office, sink.url) == (True, "Mails are sent; 0 wait.")
