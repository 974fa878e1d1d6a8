"""From the box to the first reading: the node's own page in a real browser, the real MicroPython, a real
broker with accounts, and the server."""

import http.client
import socket
import subprocess
import threading
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from node_parts.authority import Authority
from playwright.sync_api import expect
from sqlalchemy import func, select

from samen.adapters import flashing
from samen.adapters.db.models import Device, Reading
from samen.cli.devices import device
from samen.services import device_claims
from samen.web.current import utc_now
from support.browsing import Look, Visitors, chromium, violations
from support.building import load_demo
from support.ports import eventually, free_port
from support.server import SAMEN, environment, running
from support.serving import serving
from support.setting_up import BoardProcess, GuardedMosquitto

QUICK = {
    "sensors": [{"driver": "scd4x", "i2c": "air"}],
    "seed": 1,
    "climate_s": 1,
    "backoff_s": [0.1, 0.5],
}
SCRIPTLESS = Look(width=390, height=844, phone=True, scripts=False, language=None)
HEADINGS = {"fr-BE": "Installer ce capteur", "nl-BE": "Deze sensor instellen", "en-GB": "Set up this sensor"}


@pytest.fixture(scope="module")
def browser():
    with chromium() as running_browser:
        yield running_browser


@pytest.fixture
def start_board(tmp_path):
    """Starts boards out of their box; all end with the test."""
    started = []

    def start(**config):
        started.append(BoardProcess(tmp_path / f"board-{len(started)}", **config))
        return started[-1]

    yield start
    for board in started:
        board.end()


@pytest.fixture
def site(sqlite_database, tmp_path):
    """A building whose broker asks for passwords: its server's address, and the broker."""
    load_demo(sqlite_database)
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", passwords, "samen", "own"], check=True)
    broker = GuardedMosquitto(tmp_path, passwords)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    more = {
        "SAMEN_BASE_URL": url,
        "SAMEN_MQTT_URL": f"mqtt://samen:own@127.0.0.1:{broker.port}",
        "SAMEN_MQTT_PASSWORD_FILE": str(passwords),
    }
    env = environment(sqlite_database.url, broker.port, **more)
    with ExitStack() as stack:
        stack.callback(broker.stop)
        stack.enter_context(running([*SAMEN, "ingest"], env, tmp_path / "ingest.log"))
        stack.enter_context(serving(sqlite_database, utc_now, port, **more))
        yield url, broker, passwords


def a_code(database, slug="node-iris"):
    with database.write() as session:
        return device_claims.make(session, slug, "cli", datetime.now(UTC)).text


def readings_of(database, slug="node-iris"):
    with database.read() as session:
        of = select(func.count()).select_from(Reading).join(Device, Device.id == Reading.device_id)
        return session.scalar(of.where(Device.slug == slug))


def let_in(broker, passwords, slug="node-iris"):
    """What an administrator's watch on the file does."""
    eventually(lambda: f"{slug}:" in passwords.read_text(), within=30)
    broker.reload()


def test_a_board_is_set_up_on_a_phone_and_its_first_reading_arrives(
    browser, site, sqlite_database, start_board, compiled
):
    url, broker, passwords = site
    board = start_board(firmware=compiled, **QUICK)
    code = a_code(sqlite_database)
    visitors = Visitors(browser, board.page.rstrip("/"))
    eventually(board.told)
    page = visitors.visit("/", None, SCRIPTLESS)

    expect(page.get_by_role("heading")).to_have_text(HEADINGS["fr-BE"])
    fill(page, url, code, wifi_password="wrong password")
    expect(page.get_by_role("alert")).to_contain_text("Impossible de rejoindre le réseau Wi-Fi")
    fill(page, url, "0000-0000-0000-0000", wifi_password="12345678")
    expect(page.get_by_role("alert")).to_contain_text("ne connaît pas ce code")
    fill(page, url, code.lower(), wifi_password="")
    expect(page.get_by_role("status")).to_contain_text("s’appelle maintenant node-iris")

    let_in(broker, passwords)
    board.starts_again()
    eventually(lambda: readings_of(sqlite_database) >= 2, within=30)
    assert board.kept()["wifi"] == [["Maison", "12345678"]]
    assert "claim" not in board.kept()
    visitors.expect("ERR_")
    visitors.leave()


def fill(page, server, code, wifi_password):
    page.locator("[name=wifi]").fill("Maison")
    page.locator("[name=pass]").fill(wifi_password)
    page.locator("[name=server]").fill(server)
    page.locator("[name=code]").fill(code)
    page.get_by_role("button").click()


def test_the_page_speaks_to_everybody(browser, start_board):
    board = start_board()
    eventually(board.told)

    for (locale, heading), scheme in zip(HEADINGS.items(), ("light", "dark", "light"), strict=True):
        with closing(a_phone(browser, locale, scheme)) as context:
            page = context.new_page()
            page.goto(f"{board.page}?server=http%3A%2F%2F10.0.0.2&code=K7QM")
            expect(page.get_by_role("heading")).to_have_text(heading)
            assert page.locator("[name=code]").input_value() == "K7QM"
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            page.locator("[name=wifi]").fill("Maison")
            page.get_by_role("button").click()
            expect(page.get_by_role("alert")).to_be_visible()
            expect(page.locator("[name=code]")).to_be_focused()
            assert violations(page) == []


def a_phone(browser, locale, scheme):
    small = {"width": 320, "height": 640}
    return browser.new_context(locale=locale, color_scheme=scheme, viewport=small, is_mobile=True)


def test_a_phone_that_looks_for_the_internet_is_led_to_the_page(start_board):
    board = start_board()
    eventually(board.told)

    for path in ("/generate_204", "/hotspot-detect.html", "/favicon.ico"):
        status, headers, _text = ask(board.port, path)
        assert (status, headers["Location"]) == (302, board.page)
    assert address_of(b"\x07example\x03org\x00", board.dns_port) == "127.0.0.1"


def test_noise_on_the_page_stops_nothing(start_board):
    board = start_board()
    eventually(board.told)

    for noise in (
        b"",
        b"\xff\xfe\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n%",
    ):
        send(board.port, noise)

    assert ask(board.port)[0] == 200


def test_a_board_is_set_up_over_its_cable(site, sqlite_database, start_board, monkeypatch):
    url, broker, passwords = site
    board = start_board(serial=True, **QUICK)
    # As if the tools had done their part: there is no chip for them.
    monkeypatch.setattr(flashing, "gather", lambda *_: None)
    monkeypatch.setattr(flashing, "run", lambda _: None)
    monkeypatch.setenv("SAMEN_WIFI_PASSWORD", "12345678")

    flash = ("flash", "--board", "esp32", "--port", str(board.serial), "--server", url)
    waits = CliRunner().invoke(device, flash)
    wrong = CliRunner().invoke(device, (*flash, "--wifi", "Maison", "--code", "0" * 16))
    right = CliRunner().invoke(device, (*flash, "--wifi", "Maison", "--code", a_code(sqlite_database)))

    assert "network samen-desk" in waits.output
    # This process serves as well, and its log comes in between.
    assert (wrong.exit_code, wrong.output.splitlines()[-1]) == (1, "Error: Samen does not know this code")
    assert (right.exit_code, right.output.splitlines()[-2]) == (0, "The board is now node-iris.")
    let_in(broker, passwords)
    board.starts_again()
    eventually(lambda: readings_of(sqlite_database) >= 1, within=30)


def test_power_that_goes_before_the_answer_is_kept_costs_no_code(sqlite_database, start_board):
    load_demo(sqlite_database)
    board = start_board()
    eventually(board.told)
    port = free_port()
    typed = {"server": f"http://127.0.0.1:{port}", "code": a_code(sqlite_database)}
    post(board.port, {"wifi": "Maison", "pass": "12345678", **typed})
    board.dies()

    with serving(sqlite_database, utc_now, port):
        board.start()
        eventually(lambda: board.kept().get("device") == "node-iris", within=30)


def test_a_long_press_makes_a_new_board_of_it(start_board):
    known = {"site": "bota75", "device": "node-iris", "password": "s", "mqtt_url": "mqtt://127.0.0.1:9"}
    board = start_board(**QUICK, **known, streams=["climate"], wifi=[["Maison", "12345678"]], press_s=0.5)
    flash = board.config.parent / "flash"
    button = flash / "button"
    eventually(lambda: kept_bytes(flash))
    begun = kept_bytes(flash)
    eventually(lambda: kept_bytes(flash) > begun)
    button.touch()
    eventually(lambda: any(told["event"] == "led" for told in board.told()))

    button.unlink()
    board.starts_again()

    eventually(lambda: board.told()[-1].get("network") == "samen-desk")
    assert set(board.kept()) == {"folder", "sensors", "setup", "stop_on_stdin"}
    assert list(flash.iterdir()) == []


def kept_bytes(flash):
    """What its outbox holds: it grows while the node lives."""
    return sum(file.stat().st_size for file in flash.glob("outbox/*.log"))


def test_a_claim_over_https_needs_no_certificate_that_anybody_knows(sqlite_database, start_board, tmp_path):
    load_demo(sqlite_database)
    board = start_board()
    eventually(board.told)
    authority = Authority(tmp_path / "authority")

    with serving(sqlite_database, utc_now, certificate=(authority.certificate, authority.key)) as url:
        code = a_code(sqlite_database)
        post(board.port, {"wifi": "Maison", "pass": "12345678", "server": url, "code": code})

    assert board.kept()["device"] == "node-iris"


def test_a_wrong_samen_is_not_believed(sqlite_database, start_board):
    board = start_board()
    eventually(board.told)

    with answering(b'{"said":"{}","mac":"0"}') as url:
        post(board.port, {"wifi": "Maison", "pass": "12345678", "server": url, "code": "K7QM2XPA9RTB4WZN"})

        eventually(lambda: board.told()[-1]["state"] == "server_other")
    assert "device" not in board.kept()


def ask(port, path="/", method="GET", body=b"", **headers):
    """The answer's status, headers and text."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=40)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def post(port, form):
    return ask(port, method="POST", body=urlencode(form))


def address_of(name, port):
    """What the board's name server says of a name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
        resolver.settimeout(10)
        resolver.sendto(b"noise", ("127.0.0.1", port))
        head = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
        resolver.sendto(head + name + b"\x00\x01\x00\x01", ("127.0.0.1", port))
        return socket.inet_ntoa(resolver.recv(512)[-4:])


def send(port, noise):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(noise)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass


@contextmanager
def answering(body):
    """Something that says the same to everybody, over HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer_one, args=(server, body))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(20)


def _answer_one(server, body):
    connection, _where = server.accept()
    with connection:
        while b"mac" not in connection.recv(4096):
            pass
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + body)
