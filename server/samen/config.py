"""Settings: one frozen value, read from the environment."""

from __future__ import annotations

import os
import re
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from samen.domain.mail_address import as_written

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class BadSettings(ValueError):
    """A setting cannot be used; the message names the variable and says what is wrong with it."""


@dataclass(frozen=True)
class Broker:
    """Where MQTT is: host, port, credentials, and whether Samen runs the broker itself."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    embedded: bool = False


@dataclass(frozen=True)
class NodeBroker:
    """How nodes reach the broker: its address for them, and the authority (DER) that signs its certificate.

    `password_file`: Mosquitto's, in which Samen keeps the nodes' passwords; None where somebody else does.
    """

    mqtt_url: str
    authority: bytes | None = None
    password_file: Path | None = None


@dataclass(frozen=True)
class MailServer:
    """Whom mails are handed to, and in whose name; encrypted at once (`tls`) or after a greeting."""

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    starttls: bool = False


@dataclass(frozen=True)
class MailFolder:
    """Where mails are laid down as files, for looking at."""

    path: Path
    sender: str


@dataclass(frozen=True)
class Settings:
    """Everything an installation can choose. See README, "Configuration"."""

    database_url: str
    mqtt: Broker
    secret_key: str
    timezone: ZoneInfo
    base_url: str
    nodes: NodeBroker
    mail: MailServer | MailFolder | None = None
    # Where a weather archive answers; its query may hold a key.
    weather_url: str | None = field(default=None, repr=False)
    demo: bool = False
    # How many reverse proxies stand before us and may say who asks; 0 believes no such header.
    trusted_proxies: int = 0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read `SAMEN_*`. Raises BadSettings with the variable's name."""
        mqtt = broker_at(environ.get("SAMEN_MQTT_URL", "embedded://127.0.0.1:1883"))
        return cls(
            database_url=_database_url(environ.get("SAMEN_DATABASE_URL", "sqlite:///var/samen.db")),
            mqtt=mqtt,
            secret_key=environ.get("SAMEN_SECRET_KEY", ""),
            timezone=_timezone(environ.get("SAMEN_SITE_TIMEZONE", "Europe/Brussels")),
            base_url=_base_url(environ.get("SAMEN_BASE_URL", "http://127.0.0.1:8075")),
            nodes=_node_broker(environ, mqtt),
            mail=_mail(environ.get("SAMEN_MAIL_URL", "")),
            weather_url=_weather_url(environ.get("SAMEN_WEATHER_URL", "")),
            demo=environ.get("SAMEN_DEMO") == "1",
            trusted_proxies=_proxies(environ.get("SAMEN_TRUSTED_PROXIES", "0")),
        )

    def require_secret(self) -> None:
        """Refuse to serve with a missing, short or well-known secret key, unless this is the demo."""
        if not self.demo and (len(self.secret_key) < 16 or self.secret_key in KNOWN_SECRETS):
            raise BadSettings(
                "SAMEN_SECRET_KEY: set a secret of your own of at least 16 characters, "
                f"for instance {secrets.token_urlsafe(24)}"
            )


KNOWN_SECRETS = frozenset(
    {"changeme-changeme", "samen-demo-secret-key", "0123456789abcdef", "secret-key-secret"}
)


def _database_url(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSettings("SAMEN_DATABASE_URL: expected sqlite:///… or postgresql+psycopg://…")
    return text


def _timezone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSettings(f"SAMEN_SITE_TIMEZONE: no time zone is called {name!r}") from error


def _proxies(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        raise BadSettings("SAMEN_TRUSTED_PROXIES: expected the number of reverse proxies, 0 to 9")
    return int(text)


def _weather_url(text: str) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    _port(parts, "SAMEN_WEATHER_URL", 443)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.fragment:
        raise BadSettings("SAMEN_WEATHER_URL: expected https://host/path of a weather archive")
    return text


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSettings("SAMEN_BASE_URL: expected http://host or https://host")
    return text.rstrip("/")


def broker_at(text: str, named: str = "SAMEN_MQTT_URL") -> Broker:
    """The broker of an address. Raises BadSettings, which calls the address as it was `named`."""
    parts = urlsplit(text)
    if parts.scheme not in {"mqtt", "mqtts", "embedded"} or not parts.hostname:
        raise BadSettings(f"{named}: expected mqtt://, mqtts:// or embedded://, with a host")
    if parts.scheme == "embedded" and not _is_loopback(parts.hostname):
        raise BadSettings(
            f"{named}: the embedded broker knows no accounts, so it listens to this machine alone "
            "(embedded://127.0.0.1:1883); for nodes on a network run Mosquitto and give mqtts://…"
        )
    return Broker(
        host=parts.hostname,
        port=_port(parts, named, 8883 if parts.scheme == "mqtts" else 1883),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme == "mqtts",
        embedded=parts.scheme == "embedded",
    )


def _node_broker(environ: Mapping[str, str], mqtt: Broker) -> NodeBroker:
    passwords = environ.get("SAMEN_MQTT_PASSWORD_FILE")
    return NodeBroker(
        _node_mqtt_url(environ.get("SAMEN_NODE_MQTT_URL", ""), mqtt),
        _authority(environ.get("SAMEN_NODE_CA", "")),
        Path(passwords) if passwords else None,
    )


def _authority(path: str) -> bytes | None:
    """A node reads DER only; PEM is what people have."""
    if not path:
        return None
    try:
        found = _CERTIFICATE.search(Path(path).read_text(encoding="ascii"))
        return ssl.PEM_cert_to_DER_cert(found[0] if found else "")
    except (OSError, ValueError) as error:
        raise BadSettings(f"SAMEN_NODE_CA: {path} is no certificate in PEM") from error


def _node_mqtt_url(text: str, mqtt: Broker) -> str:
    if not text:
        return f"{'mqtts' if mqtt.tls else 'mqtt'}://{mqtt.host}:{mqtt.port}"
    parts = urlsplit(text)
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or parts.username or parts.path.strip("/"):
        raise BadSettings("SAMEN_NODE_MQTT_URL: expected mqtt://host:port or mqtts://host:port")
    port = _port(parts, "SAMEN_NODE_MQTT_URL", 8883 if parts.scheme == "mqtts" else 1883)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port(parts: SplitResult, variable: str, usual: int) -> int:
    try:
        return parts.port or usual
    except ValueError as error:
        raise BadSettings(f"{variable}: the port must be a number from 1 to 65535") from error


MAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def _mail(text: str) -> MailServer | MailFolder | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return MailFolder(Path(unquote(parts.path)), _sender(parts, "samen@localhost"))
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise BadSettings(
            "SAMEN_MAIL_URL: expected smtps://, smtp+starttls:// or smtp:// with a host, or file:///a/folder"
        )
    username, password = _credentials(parts)
    return MailServer(
        host=parts.hostname,
        port=_port(parts, "SAMEN_MAIL_URL", MAIL_PORTS[parts.scheme]),
        sender=_sender(parts, username or ""),
        username=username,
        password=password,
        tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp+starttls",
    )


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and parts.scheme == "smtp" and not _is_loopback(parts.hostname or ""):
        raise BadSettings(
            "SAMEN_MAIL_URL: the password would cross the network in the clear: "
            "use smtps:// or smtp+starttls://"
        )
    if not (username + password).isascii():
        raise BadSettings("SAMEN_MAIL_URL: user name and password must be ASCII")
    return username or None, password or None


def _sender(parts: SplitResult, otherwise: str) -> str:
    """In whose name mails go out: `?from=`, or the user's name where that is an address."""
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    sender = as_written(asked.pop("from", otherwise))
    if asked or sender is None:
        raise BadSettings("SAMEN_MAIL_URL: end it with ?from=samen@your.domain, and with nothing else")
    return sender
