"""A node's first start: it opens a network with one page, asks for Wi-Fi and a code, and claims its place.

The same by lines of JSON over USB serial: a line with "wifi", "pass", "server" and "code" (and "wifi2",
"pass2") begins an attempt, any other asks how things stand; each change is told as an event "setup".
"""

import asyncio
import json
import os
import sys
from binascii import a2b_base64, hexlify

from samen_node import claim, outbox
from samen_node.net import http
from samen_node.store import log

_JOIN_S = 20
_RETRY_S = 30
_SHOWN_S = 60
_REFUSALS = {404: "code_unknown", 409: "code_used", 410: "code_old"}
_PASSING = ("wifi_lost", "server_silent")
# What belongs to the board and not to whom it works for: this outlives a factory reset.
_OF_THE_BOARD = (
    "board sensors folder setup server stop_on_stdin volume_m3 ntp discovery outbox_bytes poll_s".split()
)

# Which copy of the code runs, and the copies.
_CODE = ("slots", "a", "b", "crash")


def set_up(path, config):
    """Run until the node has claimed itself, then start the chip again. `config`: what `path` holds."""
    if sys.platform == "esp32":
        from samen_node.hal.access_point import AccessPoint
    else:
        from samen_node.hal.pretended_point import AccessPoint
    point = AccessPoint(config)
    if asyncio.run(Setup(path, config, point).run()):
        point.reset()


def forget(path, config):
    """Factory reset: who the node is, and every network it knows. The next start wipes the rest."""
    kept = {name: config[name] for name in _OF_THE_BOARD if name in config}
    log.replace(path, json.dumps(kept).encode())


class Setup:
    """`state`: new, working, done, or what is in the way as field_why; `device`: its name, if it has one."""

    def __init__(self, path, config, point):
        self._path = path
        self._config = config
        self._point = point
        self._line = b""
        self._watched = False
        self._again = False
        self.shown = False
        self.device = ""
        self.host = point.host
        self.networks = point.networks()
        # With a claim in the file, power went before its answer was kept: it is asked for again.
        self.state = "working" if "claim" in config else "new"

    async def run(self):
        """Whether the node knows who it is; False when the board was told to stop."""
        self._prepare()
        tasks = [asyncio.create_task(self._work())]
        if self._point.dns:
            from samen_node import captive

            tasks.append(asyncio.create_task(captive.lead_home(self._point.dns, self.host.split(":")[0])))
        server = await asyncio.start_server(self._visit, *self._point.address)
        self._tell()
        goes_on = True
        while goes_on and not tasks[0].done():
            await asyncio.sleep(0.05)
            goes_on = self._hear()
        await self._linger()
        for task in tasks:
            task.cancel()
        server.close()
        return goes_on

    def offer(self, given, watched=False):
        """Take what was filled in (texts: wifi, pass, wifi2, pass2, server, code) and begin; the new state.

        `watched`: somebody waits at the page to see what comes of it.
        """
        if self.state != "done":
            given = {name: text if name[:4] == "pass" else text.strip() for name, text in given.items()}
            given["code"] = given.get("code") or self._config.get("claim", {}).get("code", "")
            refusal = self._refusal(given)
            if not refusal:
                self._begin(given)
            elif self.state != "working":
                self.state = refusal
            self._watched = watched
        return self.state

    def given(self):
        """What the page's fields hold before anybody fills them in."""
        pending = self._config.get("claim", {"server": self._config.get("server", "")})
        # A code is never shown: whoever sees it could become this node.
        known = {"server": pending["server"]} if "server" in pending else {}
        if "code" in pending:
            known["code_kept"] = "1"
        for name, network in zip(("wifi", "wifi2"), self._config.get("wifi", [])):  # noqa: B905
            known[name] = network[0]
        return known

    # --- what is asked ------------------------------------------------------------------------

    def _refusal(self, given):
        for name in ("wifi", "wifi2"):
            network, password = given.get(name, ""), self._password(given, name)
            if not (name == "wifi2" or network) or len(network.encode()) > 32:
                return "wifi_bad"
            if network and password and not 8 <= len(password.encode()) <= 63:
                return "pass_bad"
        try:
            http.address(_with_scheme(given.get("server", "")))
        except ValueError:
            return "server_bad"
        return None if claim.code_of(given.get("code", "")) else "code_bad"

    def _password(self, given, name):
        """What was typed; a field left empty keeps the password of a network that was tried before."""
        typed = given.get(name.replace("wifi", "pass"), "")
        for network, password in self._config.get("wifi", []):
            if not typed and network == given.get(name):
                return password
        return typed

    def _begin(self, given):
        names = [name for name in ("wifi", "wifi2") if given.get(name)]
        self._config["wifi"] = [[given[name], self._password(given, name)] for name in names]
        code = claim.code_of(given["code"])
        nonce = hexlify(os.urandom(16)).decode()
        if self._config.get("claim", {}).get("code") == code:
            nonce = self._config["claim"]["nonce"]  # the answer may have been lost, not the question
        self._config["claim"] = {"server": _with_scheme(given["server"]), "code": code, "nonce": nonce}
        self._save()
        self._again, self.state = True, "working"

    # --- what is done -------------------------------------------------------------------------

    async def _work(self):
        while self.state != "done":
            if self.state == "working":
                self._again = False
                state = await self._attempt()
                # What was filled in meanwhile is tried next
                self.state = "working" if self._again and state != "done" else state
                self._tell()
                if self.state in _PASSING:
                    await self._until(lambda: self.state == "working", _RETRY_S)
                    self.state = "working"
            await asyncio.sleep(0.05)

    async def _attempt(self):
        for network, password in self._config["wifi"]:
            try:
                self._point.join(network, password)
            except OSError:
                continue  # the radio is not ready: it is tried again
            await self._until(lambda: self._point.joined() is not None, _JOIN_S)
            if self._point.joined():
                return await self._claim(**self._config["claim"])
        return "wifi_lost"

    async def _claim(self, server, code, nonce):
        try:
            status, answer = await http.post(server, claim.PATH, claim.ask(code, nonce))
        except (OSError, EOFError, ValueError, asyncio.TimeoutError):
            return "server_silent"
        if status != 200:
            return _REFUSALS.get(status, "server_silent")
        said = claim.understood(code, nonce, answer)
        if said is None:
            return "server_other"
        self._become(said, claim.password(code, nonce, said["nonce"]))
        return "done"

    def _become(self, said, password):
        """Keep who the node is; the configuration goes last: until it is there, the claim is repeated."""
        outbox.start_after(self._point.flash + "/outbox", said["boot"])
        if "ca" in said:
            self._config["ca"] = self._point.flash + "/ca.der"
            log.replace(self._config["ca"], a2b_base64(said["ca"]))
        for name in ("site", "device", "mqtt_url", "streams"):
            self._config[name] = said[name]
        self._config["password"] = password
        del self._config["claim"]
        self._save()
        self.device = said["device"]

    async def _until(self, ask, seconds):
        for _ in range(seconds * 20):
            if ask():
                return True
            await asyncio.sleep(0.05)
        return ask()

    # --- who looks on -------------------------------------------------------------------------

    async def _visit(self, reader, writer):
        from samen_node import setup_page

        if self._point.is_guest(writer.get_extra_info("peername")):
            await setup_page.serve(self, reader, writer)
        else:
            await http.end(writer)

    def _hear(self):
        """Take in what was typed over serial; False when the board is to stop."""
        typed = self._point.typed()
        if typed is None:
            return not self._config.get("stop_on_stdin")
        *lines, self._line = (self._line + typed)[-1024:].split(b"\n")
        for line in lines:
            try:
                given = json.loads(line.decode())
                if "code" in given:
                    self.offer(given)
            except (ValueError, TypeError, AttributeError):
                pass  # no line of ours: it is told how things stand, like any other
            self._tell()
        return True

    async def _linger(self):
        """Stay until whoever waits at the page has read how it ended."""
        if self.state == "done" and self._watched:
            await self._until(lambda: self.shown, _SHOWN_S)
            await asyncio.sleep(1)

    def _tell(self):
        own = {"network": self._point.name, "password": self._config["setup"]["password"]}
        told = {"event": "setup", "state": self.state, "device": self.device, "networks": self.networks}
        told.update(own)
        print(json.dumps(told))
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()

    # --- what is kept -------------------------------------------------------------------------

    def _prepare(self):
        """Nothing that another owner left stays; the own network has a password of its own."""
        log.make_folder(self._point.flash)
        _wipe(self._point.flash, _CODE)
        setup = self._config.setdefault("setup", {})
        if "password" not in setup:
            setup["password"] = hexlify(os.urandom(8)).decode()
            self._save()
        self._point.open(setup["password"])

    def _save(self):
        log.replace(self._path, json.dumps(self._config).encode())


def _with_scheme(server):
    return server if "://" in server else "http://" + server


def _wipe(folder, but=()):
    for name in os.listdir(folder):
        path = folder + "/" + name
        try:
            if name not in but:
                os.remove(path)
        except OSError:  # a folder
            _wipe(path)
            os.rmdir(path)
