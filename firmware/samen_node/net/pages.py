"""Just enough HTTP for one page with one form: requests read within bounds, text escaped."""

from binascii import unhexlify

_LARGEST_HEAD = 4096
_LARGEST_FORM = 1024
LANGUAGES = ("fr", "nl", "en")


class Request:
    """`method`, `path`, `query` and `form` as {name: text}, and the `language` to answer in."""

    def __init__(self, line, headers, body):
        self.method, target = line.split(" ")[:2]
        self.path, _, query = target.partition("?")
        self.query = fields(query)
        self.form = fields(body)
        self.language = language(headers.get("accept-language", ""))


async def read_request(reader):
    """The Request that comes; ValueError for what is none, or too large."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += await _more(reader)
        if len(raw) > _LARGEST_HEAD:
            raise ValueError("head too large")
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    if length > _LARGEST_FORM:
        raise ValueError("form too large")
    while len(body) < length:
        body += await _more(reader)
    return Request(lines[0], headers, body.decode())


async def _more(reader):
    part = await reader.read(512)
    if not part:
        raise ValueError("cut short")
    return part


def language(accepted):
    """The first of our languages in an Accept-Language header: browsers name the best first."""
    for entry in accepted.lower().split(","):
        if entry.strip()[:2] in LANGUAGES:
            return entry.strip()[:2]
    return LANGUAGES[0]


def fields(encoded):
    """{name: text} of an urlencoded form; ValueError where it is broken."""
    pairs = [pair.partition("=") for pair in encoded.split("&") if pair]
    return {name: _text(value) for name, _, value in pairs}


def _text(encoded):
    first, *rest = encoded.replace("+", " ").encode().split(b"%")
    return (first + b"".join(unhexlify(part[:2]) + part[2:] for part in rest)).decode()


def safe(text):
    """Text as it may stand in HTML, also within quotes: a network may be called anything."""
    for character, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, written)
    return text
