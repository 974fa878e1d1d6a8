"""Mails, written in their reader's language as HTML and as plain text."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from flask import Flask, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Invite, Mail, Member, Site
from samen.adapters.smtp import WIRE
from samen.config import Settings
from samen.domain.mail_address import as_written
from samen.services.invitations import calendar_object
from samen.services.mail import CannotWrite
from samen.web import assets, i18n
from samen.web.notice_words import Told, on_one_line, told


class Writer:
    """Writes mails in the name of `sender`, outside of any request."""

    def __init__(self, settings: Settings, sender: str) -> None:
        self._settings, self._sender = settings, sender
        self._pages = Flask("samen.mail", template_folder=str(assets.templates()), static_folder=None)
        i18n.register(self._pages)

    def __call__(self, session: Session, mail: Mail, now: datetime) -> EmailMessage:
        """The whole mail. Raises CannotWrite when it has no words, no reader or no address."""
        site = session.scalar(select(Site.name).order_by(Site.id)) or "Samen"
        message = EmailMessage(policy=WIRE)
        message["From"] = Address(on_one_line(site), addr_spec=self._sender)
        message["To"] = _recipient(mail.member)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{mail.message_id}@{self._sender.rpartition('@')[2]}>"
        # No holiday answers to a machine (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        self._word(message, mail, site)
        if mail.invite is not None:
            _invite(message, mail.invite, calendar_object(session, mail, self._sender))
        # Last: whoever adds a part moves what is said of the content into the first one.
        message["Content-Language"] = _language(mail.member)
        return message

    def _word(self, message: EmailMessage, mail: Mail, site: str) -> None:
        language = _language(mail.member)
        with self._pages.app_context(), i18n.speaking(language):
            notice = self._told(mail)
            name, link = on_one_line(mail.member.name), self._settings.base_url + notice.path
            facts = {"notice": notice, "name": name, "site": site, "language": language, "link": link}
            text, html = (render_template(f"mail/notice.{kind}", **facts) for kind in ("txt", "html"))
        message["Subject"] = notice.subject
        message.set_content(text)
        message.add_alternative(html, subtype="html")

    def _told(self, mail: Mail) -> Told:
        try:
            return told(mail.code, mail.facts, self._settings.timezone)
        except (KeyError, ValueError, TypeError) as error:
            raise CannotWrite(f"{mail.code} cannot be put in words: {error!r}") from error


def _language(member: Member) -> str:
    return member.locale if member.locale in i18n.REGIONS else i18n.DEFAULT


def _recipient(member: Member) -> Address:
    address = as_written(member.email)
    if member.disabled_at is not None or address is None:
        raise CannotWrite("the account is closed" if address else "mail cannot be sent to this address")
    return Address(on_one_line(member.name), addr_spec=address)


def _invite(message: EmailMessage, invite: Invite, calendar: bytes) -> None:
    """As an alternative, which calendar programs act on, and as a file for those that know only files."""
    method = invite.value.upper()
    message.add_alternative(calendar.decode(), subtype="calendar", cte="base64", params={"method": method})
    message.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
