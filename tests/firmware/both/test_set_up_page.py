"""What the set-up page reads and writes, and how names lead to it."""

import asyncio

from node_parts.ground import raises
from samen_node import captive, setup_page
from samen_node.net import http, pages


class Sent:
    """A visitor's bytes, in pieces."""

    def __init__(self, *parts):
        self._parts = list(parts)

    async def read(self, n):
        return self._parts.pop(0) if self._parts else b""


class Standing:
    device = 'a "node"'
    networks = ['<script>alert("x")</script>', "Maison des Associations"]

    def __init__(self, state):
        self.state = state


def requested(*parts):
    return asyncio.run(pages.read_request(Sent(*parts)))


def shown(state, language="en", **given):
    return "".join(setup_page.page(language, Standing(state), given))


def test_a_form_is_read_in_however_many_pieces_it_comes():
    head = b"POST / HTTP/1.1\r\nContent-Length: 31\r\nAccept-Language: nl-BE,nl;q=0.9\r\n\r\n"

    request = requested(head[:20], head[20:], b"wifi=Caf%C3%A9+75&", b"pass=a%26b%3D")

    assert (request.method, request.path, request.language) == ("POST", "/", "nl")
    assert request.form == {"wifi": "Café 75", "pass": "a&b="}


def test_an_address_fills_the_form_in():
    request = requested(b"GET /?server=http%3A%2F%2F10.0.0.2%3A8075&code=K7QM-2XPA HTTP/1.1\r\n\r\n")

    assert request.query == {"server": "http://10.0.0.2:8075", "code": "K7QM-2XPA"}


def test_what_is_no_request_or_too_long_is_refused():
    for parts in (
        (),
        (b"\r\n\r\n",),
        (b"GET / HTTP/1.1\r\nHost: x",),
        (b"GET / HTTP/1.1\r\n" + b"x" * 512 for _ in range(20)),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n",),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",),
        (b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\na=%f",),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na=%ff",),
    ):
        raises(ValueError, requested, *parts)


def test_the_visitor_is_spoken_to_in_a_language_of_theirs():
    assert pages.language("de-DE,de;q=0.9,nl;q=0.8,en;q=0.7") == "nl"
    assert pages.language("en-GB") == "en"
    assert pages.language("") == "fr"
    assert '<html lang="fr">' in shown("new", "fr")


def test_every_language_has_every_sentence():
    for language in pages.LANGUAGES:
        said = setup_page.words(language)
        assert len(said) == 22 and all(said.values())
        assert said["done"].count("%s") == 1 and said["head"].startswith("<!doctype html>")


def test_a_network_cannot_write_on_the_page():
    page = shown("new", wifi='"><b>')

    assert "<script" not in page and "<b>" not in page
    assert "&lt;script&gt;" in page and 'value="&quot;&gt;&lt;b&gt;"' in page


def test_what_is_wrong_is_said_and_the_field_is_marked():
    page = shown("code_used", code="K7QM")

    assert 'role="alert">This code was used already' in page
    assert page.count('aria-invalid="true"') == 1
    assert 'name="code" value="K7QM"' in page


def test_a_node_that_is_set_up_says_its_name_and_asks_nothing():
    page = shown("done")

    assert "called a &quot;node&quot;." in page
    assert "<form" not in page


def test_every_name_leads_to_the_node():
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00"

    answer = captive.reply(question + b"\x00\x01\x00\x01", "192.168.4.1")

    assert answer[:4] == b"\x12\x34\x81\x80" and answer[6:8] == b"\x00\x01"
    assert answer.endswith(b"\x00\x04\xc0\xa8\x04\x01")


def test_there_is_no_other_address_and_no_answer_to_noise():
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00\x00\x1c\x00\x01"

    assert captive.reply(question, "192.168.4.1")[6:8] == b"\x00\x00"
    for noise in (b"", b"\x00" * 11, question[:-3], b"\xff" * 40, question[:2] + b"\x81" + question[3:]):
        assert captive.reply(noise, "192.168.4.1") is None


def test_only_a_plain_address_is_taken():
    assert http.address("http://10.0.0.2:8075/") == ("10.0.0.2", 8075, False)
    assert http.address("https://samen.example") == ("samen.example", 443, True)
    for wrong in ("ftp://x", "http://", "http://a/b", "http://u@h", "http://h:x", "samen.example"):
        raises(ValueError, http.address, wrong)
