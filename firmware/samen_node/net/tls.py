"""TLS: towards the broker with one private certificate authority, given as DER; else with no trust at all."""

import ssl


def context(authority_der):
    """An SSLContext that trusts this authority (DER bytes: MicroPython reads no PEM) and no other."""
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    settings.verify_mode = ssl.CERT_REQUIRED
    settings.load_verify_locations(cadata=authority_der)
    return settings


def unchecked():
    """An SSLContext that takes any certificate: what comes over it must prove itself."""
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if hasattr(settings, "check_hostname"):
        settings.check_hostname = False
    settings.verify_mode = ssl.CERT_NONE
    return settings
