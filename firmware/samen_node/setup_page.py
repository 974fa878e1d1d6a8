"""The set-up page: one form, in the visitor's language, without a script."""

import asyncio
import io

from samen_node import setup_text
from samen_node.net import http, pages
from samen_node.net.pages import safe

_HTTP = "HTTP/1.0 %s\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n%s\r\n"
_WAITS_S = 25  # how long a form's answer may wait for what comes of it


def words(language):
    """Each sentence by its name, and the markup: `head` and `form`."""
    names, *lines = _text().split("\n")
    names = names.split()
    start = pages.LANGUAGES.index(language) * len(names)
    said = dict(zip(names, lines[start:]))  # noqa: B905 - MicroPython's zip knows no strict
    said["head"], said["form"] = lines[len(pages.LANGUAGES) * len(names) :][:2]
    return said


def _text():
    try:
        from deflate import RAW, DeflateIO

        return DeflateIO(io.BytesIO(setup_text.TEXT), RAW, 12).read().decode()
    except ImportError:
        import zlib  # type: ignore[import-not-found] # a board has deflate

        return zlib.decompress(setup_text.TEXT, -12).decode()


def page(language, setup, given):
    """The page in pieces. `setup`: state, device, networks; `given`: what the fields hold already."""
    said = words(language)
    title = said["title"]
    yield said["head"] % (language, title, title)
    state = setup.state
    wrong = state.split("_")[0] if "_" in state else None
    if state != "new":
        told = said.get(state, said["bad"])
        yield '<p id="said" role="%s">' % ("alert" if wrong else "status")
        yield (told % safe(setup.device) if state == "done" else told) + "</p>"
    if state == "working":
        yield '<p><a href="/">%s</a></p>' % said["again"]
    elif state != "done":
        yield said["form"] % said["lead"]
        for part in _fields(said, given, wrong, setup.networks):
            yield part
        yield "<button>%s</button></form>" % said["go"]


def _fields(said, given, wrong, networks):
    yield _field("wifi", said, given, wrong, 'list="near" maxlength="32" required')
    names = "".join('<option value="%s">' % safe(name) for name in networks)
    yield '<datalist id="near">%s</datalist>' % names
    yield _field("pass", said, given, wrong, 'minlength="8" maxlength="63"')
    yield _field("server", said, given, wrong, 'inputmode="url" required')
    needed = "" if "code_kept" in given else "required"
    yield _field("code", said, given, wrong, 'maxlength="24" ' + needed)
    yield "<details><summary>%s</summary>" % said["more"]
    yield _field("wifi2", said, given, wrong, 'list="near" maxlength="32"')
    yield _field("pass2", said, given, wrong, 'minlength="8" maxlength="63"') + "</details>"


def _field(name, said, given, wrong, more):
    if name == wrong:
        more += ' aria-invalid="true" aria-describedby="said" autofocus'
    value = safe(given.get(name, ""))
    return '<label>%s<input name="%s" value="%s" %s></label>' % (said[name], name, value, more)


async def serve(setup, reader, writer):
    """One visit; whatever is no request of ours is dropped without a word."""
    try:
        request = await asyncio.wait_for(pages.read_request(reader), 10)
        for part in await _answer(setup, request):
            writer.write(part.encode())
            await writer.drain()
    except (OSError, ValueError, asyncio.TimeoutError):
        pass
    await http.end(writer)


async def _answer(setup, request):
    if request.path != "/":
        # Where a phone looks for the Internet: a redirect makes it show the page by itself.
        return [_HTTP % ("302 Found", "Location: http://%s/\r\n" % setup.host)]
    if request.method == "POST":
        return await _take(setup, request)
    given = setup.given()
    given.update(request.query)
    if setup.state == "done":
        setup.shown = True
    return _whole("200 OK", request, setup, given)


async def _take(setup, request):
    """What was filled in; the answer waits for what comes of it, then leads back to the page."""
    if "_" in setup.offer(request.form, True):
        return _whole("422 Unprocessable Content", request, setup, request.form)
    for _ in range(_WAITS_S * 10):
        if setup.state != "working":
            break
        await asyncio.sleep(0.1)
    return [_HTTP % ("303 See Other", "Location: /\r\n")]


def _whole(status, request, setup, given):
    yield _HTTP % (status, "")
    for part in page(request.language, setup, given):
        yield part
