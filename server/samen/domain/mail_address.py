"""Addresses as mail servers understand them."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
LONGEST = 254


def as_written(address: str) -> str | None:
    """The address as SMTP writes it, its domain in ASCII; None for one that cannot be sent to.

    Quoted local parts and those beyond ASCII (RFC 6531) are none that we send to: too few servers do.
    """
    local, _, domain = address.rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    well = _LOCAL.fullmatch(local) and all(_LABEL.fullmatch(label) for label in host.split("."))
    return f"{local}@{host}" if well and len(local) + len(host) < LONGEST else None
