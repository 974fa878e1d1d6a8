"""TLS towards the broker: one private certificate authority, given as DER."""

import ssl


def context(authority_der):
    """An SSLContext that trusts this authority (DER bytes: MicroPython reads no PEM) and no other."""
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    settings.verify_mode = ssl.CERT_REQUIRED
    settings.load_verify_locations(cadata=authority_der)
    return settings
