"""Handing mails over: to an SMTP server, or into a folder for looking at."""

from __future__ import annotations

import enum
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from samen.config import MailFolder, MailServer

# Less than a process is given to end.
TIMEOUT_S = 10.0
LONGEST_ANSWER = 200
# Only ASCII crosses the wire, so that no server on the way needs to know more (8BITMIME, SMTPUTF8).
WIRE = SMTP.clone(cte_type="7bit")
END = b"\r\n.\r\n"


class Outcome(enum.Enum):
    """What became of a mail. UNKNOWN: handed over whole, but the connection broke before the answer."""

    ACCEPTED = "accepted"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Receipt:
    """The outcome and what was answered; `away`: nobody there, so no use in trying the next one now."""

    outcome: Outcome
    answer: str = ""
    away: bool = False


ACCEPTED = Receipt(Outcome.ACCEPTED)


class Post(Protocol):
    """Takes mails. One connection serves until `close`."""

    def send(self, message: EmailMessage) -> Receipt:
        """Hand one mail over; what goes wrong is in the receipt."""

    def close(self) -> None:
        """Say goodbye."""


def post_for(place: MailServer | MailFolder) -> Post:
    """The way to this place."""
    return FolderPost(place.path) if isinstance(place, MailFolder) else SmtpPost(place)


class FolderPost:
    """Writes each mail into a folder as a file that mail programs open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> Receipt:
        name = message["Message-ID"].strip("<>").partition("@")[0]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{name}.eml").write_bytes(message.as_bytes(policy=WIRE))
        except OSError as error:
            return _nobody(error)
        return ACCEPTED

    def close(self) -> None:
        """Nothing is open."""


class SmtpPost:
    """Speaks SMTP itself, command by command: only so is it known whether the server has the mail."""

    def __init__(self, server: MailServer, timeout_s: float = TIMEOUT_S) -> None:
        self._server, self._timeout_s = server, timeout_s
        self._connection: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> Receipt:
        try:
            connection = self._connection = self._connection or self._connect()
            refused = self._announce(connection, message)
            if refused is None:
                # A failure here leaves the end unsent, so the server cannot take the mail for whole.
                connection.send(_stuffed(message.as_bytes(policy=WIRE)) + END)
        except OSError as error:  # which smtplib's own are too
            self.close()
            return _nobody(error)
        return self._settled(connection, refused or _last_word(connection))

    def close(self) -> None:
        """Close it, politely where somebody still listens."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except OSError:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        connection = self._open()
        try:
            if self._server.starttls:
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if self._server.username is not None:
                connection.login(self._server.username, self._server.password or "")
        except OSError:
            connection.close()
            raise
        return connection

    def _open(self) -> smtplib.SMTP:
        server = self._server
        ourselves = server.sender.rpartition("@")[2]
        if not server.tls:
            return smtplib.SMTP(server.host, server.port, ourselves, self._timeout_s)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, ourselves, timeout=self._timeout_s, context=context)

    def _announce(self, connection: smtplib.SMTP, message: EmailMessage) -> Receipt | None:
        """From whom, to whom, and may it come; None when it may."""
        code, answer = connection.mail(self._server.sender)
        if code != 250:
            # It will not have us at all, which says nothing of this mail.
            return Receipt(Outcome.LATER, _words(code, answer), away=True)
        code, answer = connection.rcpt(message["To"].addresses[0].addr_spec)
        if not 250 <= code < 260:
            return _refusal(code, answer)
        code, answer = connection.docmd("DATA")
        return None if code == 354 else _refusal(code, answer)

    def _settled(self, connection: smtplib.SMTP, receipt: Receipt) -> Receipt:
        """Leave the connection fit for the next mail, or closed."""
        if receipt.away or receipt.outcome is Outcome.UNKNOWN:
            self.close()
        elif receipt.outcome is not Outcome.ACCEPTED:
            try:
                connection.rset()
            except OSError:
                self.close()
        return receipt


def _last_word(connection: smtplib.SMTP) -> Receipt:
    """The answer to the whole mail."""
    try:
        code, answer = connection.getreply()
    except OSError as error:
        return Receipt(Outcome.UNKNOWN, _nobody(error).answer)
    if 200 <= code < 300:
        return ACCEPTED
    return _refusal(code, answer) if code >= 400 else Receipt(Outcome.UNKNOWN, _words(code, answer))


def _refusal(code: int, answer: bytes) -> Receipt:
    """5xx is for good (RFC 5321, 4.2.1); 421 says that the server is leaving."""
    if 500 <= code < 600:
        return Receipt(Outcome.REFUSED, _words(code, answer))
    return Receipt(Outcome.LATER, _words(code, answer), away=code == 421)


def _nobody(error: OSError) -> Receipt:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = _words(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    else:
        words = str(error.strerror or error)[:LONGEST_ANSWER]
    return Receipt(Outcome.LATER, words, away=True)


def _words(code: int, answer: bytes) -> str:
    told = " ".join(answer.decode("utf-8", "replace").split())
    return f"{code} {told}"[:LONGEST_ANSWER]


def _stuffed(content: bytes) -> bytes:
    """A line that begins with a dot gets another one (RFC 5321, 4.5.2)."""
    return content.removesuffix(b"\r\n").replace(b"\r\n.", b"\r\n..")
