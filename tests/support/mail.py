"""A real SMTP server on loopback that keeps what it is sent, and answers as it is told."""

import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from support.ports import free_port

FINE = "250 OK"


@dataclass
class Sink:
    """What arrived, and the next answers by command; `hang_up` ends the connection instead of answering."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    connections: int = 0
    logins: list[LoginPassword] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?from=samen@bota75.example"

    def forget(self) -> None:
        """As if nobody had ever spoken to it."""
        self.mails.clear()
        self.answers.clear()
        self.logins.clear()
        self.connections = 0

    def will_answer(self, command: str, *answers: str) -> None:
        self.answers[command] = list(answers)

    def _next(self, command: str) -> str:
        return self.answers[command].pop(0) if self.answers.get(command) else FINE

    def authenticate(self, server, session, envelope, mechanism, login):
        """Whoever knows the password may come in."""
        self.logins.append(login)
        return AuthResult(success=login.password == b"p@ss", handled=False)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 (names of aiosmtpd)
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return self._next("MAIL")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self._next("RCPT")
        if answer == FINE:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self._next("DATA")
        if answer in {FINE, "hang_up"}:
            mail = email.message_from_bytes(envelope.content, policy=default)
            mail["X-Envelope"] = f"{envelope.mail_from} {','.join(envelope.rcpt_tos)}"
            self.mails.append(mail)
        if answer == "hang_up":
            server.transport.abort()
        return answer


@contextmanager
def a_sink() -> Iterator[Sink]:
    """An SMTP server for as long as the block lasts."""
    sink = Sink(free_port())
    controller = Controller(
        sink, "127.0.0.1", sink.port, authenticator=sink.authenticate, auth_require_tls=False
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
