"""One HTTP request, for a claim: small, bounded, and closed after its answer."""

import asyncio
import json

_LARGEST = 8192


def address(url):
    """(host, port, is it TLS) of http://host[:port] or https://host[:port]; ValueError for anything else."""
    scheme, _, rest = url.rstrip("/").partition("://")
    host, _, port = rest.partition(":")
    if scheme not in ("http", "https") or not host or "/" in rest or "@" in rest:
        raise ValueError(url)
    return host, int(port or (443 if scheme == "https" else 80)), scheme == "https"


async def post(url, path, message, timeout_s=15):
    """(status, body) of a JSON message posted there. OSError, EOFError, ValueError or TimeoutError.

    A certificate is not checked: what comes back must prove itself.
    """
    host, port, secret = address(url)
    if secret:
        from samen_node.net import tls

        opening = asyncio.open_connection(host, port, ssl=tls.unchecked(), server_hostname=host)
    else:
        opening = asyncio.open_connection(host, port)
    reader, writer = await asyncio.wait_for(opening, timeout_s)
    request = _request(url.rstrip("/").split("://")[1], path, json.dumps(message))
    try:
        return await asyncio.wait_for(_exchange(reader, writer, request), timeout_s)
    finally:
        await end(writer)


async def end(writer):
    """Close a connection."""
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), 1)
    except (OSError, asyncio.TimeoutError):
        pass  # it is gone either way


def _request(host, path, body):
    head = "POST %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    return (head % (path, host, len(body), body)).encode()


async def _exchange(reader, writer, request):
    writer.write(request)
    await writer.drain()
    raw = b""
    while len(raw) <= _LARGEST:
        part = await reader.read(1024)
        if not part:
            break
        raw += part
    head, _, rest = raw.partition(b"\r\n\r\n")
    if head[:7] != b"HTTP/1." or not head[9:12].isdigit():
        raise ValueError("no HTTP")
    return int(head[9:12]), rest
