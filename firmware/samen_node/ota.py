"""Loads a newer version into the folder that does not run, and has it tried.

It runs in the node's place, in a start of its own: there is no heap for both, and a node that has run for
months must have the room to be updated. The node only keeps the wish in flash, and starts again.

It comes over MQTT, where the node is known and let in already: a link to a web server would ask for a
second TLS session, for which a small board has no heap. The node asks for one piece after the other, so it
takes them at its own pace, and no more than one is ever in its heap.

A wish names a version and the digest of its manifest, signed for this node. The manifest has a line a file:
SHA-256 in hex, bytes, path. What is in the folder and has its digest is not asked for again, so a power cut
costs a file at most. Nothing is tried before all of it was read back from flash and found right.
"""

import asyncio
import os
import sys
from binascii import a2b_base64, hexlify
from hashlib import sha256

from samen_node import FIRMWARE, contract, signing
from samen_node.net.mqtt import node_link
from samen_node.store import log

_PIECE = 512
_BLOCK = 4096  # what a file may take more than its bytes: littlefs gives out flash by the block
_FOLDER_BIT = 0x4000
_AGAIN_S = 10
_FORGED_S = 60
_PATIENCE_S = 300  # without one piece: then the node had better measure again


async def run(config, board, tls):
    """Follow the wish that waits to its end, or until the board says stop; whether it came to its end."""

    def topic(leaf):
        return contract.topic(config["site"], config["device"], leaf)

    async def say(leaf, message, retain):
        message["v"] = contract.VERSION
        await link.publish(topic(leaf), contract.encode(message), 1, retain)

    async def greet():
        await link.subscribe([topic("ota/part")])
        await loader.greet()

    loader = Loader(config, board, say)
    link = node_link(config, board, tls, on_message=loader.hear, on_up=greet)
    tasks = [asyncio.create_task(link.run()), asyncio.create_task(loader.follow())]
    await _tend(board, link, loader, tasks)
    ended = [task for task in tasks if task.done()]
    for task in ended:
        await task  # what failed is raised, and this start counts as one that failed
    await link.stop()
    for task in tasks:
        task.cancel()
    return bool(ended)


async def _tend(board, link, loader, tasks):
    """Feed the watchdog and see to the Wi-Fi, until a task ends or the board says stop."""
    watchdog = board.watchdog()
    while not board.stopped() and not any(task.done() for task in tasks):
        if not loader.is_stuck():
            watchdog.feed()
        board.wifi.step(board.clock.up(), link.connected)
        if not board.wifi.connected():
            link.cut()
        await asyncio.sleep(0.1)


class _No(Exception):
    """The wish cannot be followed; the argument is the code that is kept."""


class Loader:
    """Follows the wish that waits in flash. `say(leaf, message, retain)` is awaited and raises OSError while
    there is no link."""

    def __init__(self, config, board, say):
        self._config = config
        self._flash = board.flash
        self._up = board.clock.up
        self._say = say
        self._slots = sys.modules["slots"]  # or no start would be for a wish
        self._wish = self._read()
        self._why = self._verdict() if self._wish else None
        self._greeted = asyncio.Event()
        self._asked = None
        self._data = None
        self._came = asyncio.Event()
        self._patience_s = config.get("patience_s", _PATIENCE_S)
        self._heard_at = self._up()

    def hear(self, _topic, payload):
        """A piece, if it is the one that was asked for."""
        try:
            part = contract.decode("ota/part", payload)
        except contract.ContractError:
            return
        if (part["version"], part["file"], part["at"]) == self._asked:
            self._data = part["data"]
            self._heard_at = self._up()
            self._came.set()

    def is_stuck(self):
        """Whether it should have given up long ago."""
        return self._up() - self._heard_at > self._patience_s + 60

    async def greet(self):
        """Tell that it is being loaded, on every new link."""
        await self._tell("refused" if self._why else "loading")
        self._greeted.set()

    async def follow(self):
        """Load what is wished and propose it, or keep why not. Afterwards it waits no more."""
        if self._wish and not self._why:
            self._why = await self._try()
            if not self._why:
                await self._tell_staged()
        if self._why == "bad_hmac":
            await self._tell_forged()
        elif self._wish and self._why:
            self._slots.refuse(self._flash, self._tag(), self._why)
        self._slots.settle(self._flash)

    async def _tell_forged(self):
        """A forgery shall not efface what became of an honest wish: it is told now or never."""
        try:
            await asyncio.wait_for(self._greeted.wait(), min(self._patience_s, _FORGED_S))
        except asyncio.TimeoutError:
            pass

    async def _tell(self, state):
        if self._wish:
            told = {"version": self._wish["version"], "attempt": self._wish["attempt"], "state": state}
            if self._why:
                told["detail"] = self._why
            await self._say("ota/status", told, True)

    async def _tell_staged(self):
        try:
            await self._tell("staged")
        except OSError:
            pass  # its trial speaks for itself

    def _read(self):
        """The wish, if it makes sense."""
        try:
            wish = contract.decode("ota/desired", self._slots.read(self._flash)["wish"].encode())
        except contract.ContractError:
            return None
        wish.setdefault("attempt", 0)
        return wish

    def _verdict(self):
        """Why it is not to be followed; empty where it is."""
        wish, config = self._wish, self._config
        key = signing.update_key(config["password"])
        if signing.signature(key, config["site"], config["device"], wish) != wish["hmac"]:
            return "bad_hmac"
        kept = self._slots.read(self._flash)
        if kept["failed"] == self._tag():
            return kept["why"]
        if kept["starts"] >= self._slots.FAILURES:
            return "interrupted"  # whatever ends this before one file has come, the node is to measure
        try:
            return "" if signing.number(wish["version"]) > signing.number(FIRMWARE) else "not_newer"
        except ValueError:
            return "not_newer"

    def _tag(self):
        return "%s %d" % (self._wish["version"], self._wish["attempt"])

    async def _try(self):
        """Why it is not proposed; empty where it is."""
        flash = self._flash
        name = self._slots.spare(flash)
        try:
            if name:
                await self._load(self._wish, flash + "/" + name)
        except _No as no:
            return no.args[0]
        except ValueError:
            return "bad_manifest"
        except OSError:
            await _erase(flash + "/" + name)
            name = None
        return "" if name and self._slots.propose(flash, name, self._tag()) else "no_room"

    # --- loading ------------------------------------------------------------------------------------

    async def _load(self, wish, folder):
        manifest = folder + "/manifest"
        if _digest(manifest) != wish["sha256"]:
            await _erase(folder)
            log.make_folder(folder)
            await self._fetch("", manifest, wish["size"], wish["sha256"])
        _check_room(folder)
        for digest, size, path in _entries(manifest):
            await asyncio.sleep(0)
            if _digest(folder + "/" + path) != digest:
                _make_folders(folder, path)
                await self._fetch(path, folder + "/" + path, size, digest)

    async def _fetch(self, name, path, size, digest):
        open(path, "wb").close()
        at = 0
        while at < size:
            data = await self._piece(name, at, min(_PIECE, size - at))
            with open(path, "ab") as file:
                file.write(data)
            at += len(data)
        if _digest(path) != digest:
            raise _No("bad_file")
        self._slots.healthy(self._flash)  # however often it is interrupted, it comes nearer

    async def _piece(self, name, at, size):
        """Ask until it comes, through a link that falls and a server that is away for a while."""
        version = self._wish["version"]
        self._asked = (version, name, at)
        while not await self._answered({"version": version, "file": name, "at": at, "n": size}):
            if self._up() - self._heard_at > self._patience_s:
                raise _No("no_answer")
        try:
            data = a2b_base64(self._data)
        except ValueError:
            data = b""
        if len(data) != size:
            raise _No("bad_file")
        return data

    async def _answered(self, question):
        self._came.clear()
        try:
            await self._say("ota/want", question, False)
            await asyncio.wait_for(self._came.wait(), self._config.get("again_s", _AGAIN_S))
        except asyncio.TimeoutError:
            return False
        except OSError:
            await asyncio.sleep(0.2)  # until the link is up again
            return False
        return True


def _entries(manifest):
    """Each file's (SHA-256 in hex, bytes, path); no path leads out of its folder."""
    with open(manifest) as file:
        for line in file:
            digest, size, path = line.split()
            if path[:11] != "samen_node/" or ".." in path:
                raise _No("bad_manifest")
            yield digest, int(size), path


def _check_room(folder):
    """Readings must not be dropped to make room for an update."""
    missing = 0
    for _, size, path in _entries(folder + "/manifest"):
        if _size(folder + "/" + path) != size:
            missing += size + _BLOCK
    free = os.statvfs(folder)
    if free[1] * free[4] < missing:
        raise _No("no_room")


def _size(path):
    try:
        return os.stat(path)[6]
    except OSError:
        return -1


def _digest(path):
    """SHA-256 of a file in hex; empty where there is none."""
    check = sha256()
    try:
        with open(path, "rb") as file:
            piece = file.read(_PIECE)
            while piece:
                check.update(piece)
                piece = file.read(_PIECE)
    except OSError:
        return ""
    return hexlify(check.digest()).decode()


def _make_folders(folder, path):
    for name in path.split("/")[:-1]:
        folder += "/" + name
        log.make_folder(folder)


async def _erase(folder):
    """Remove a folder, a file at a time so that the loop goes on; it may not be there."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        path = folder + "/" + name
        if os.stat(path)[0] & _FOLDER_BIT:
            await _erase(path)
        else:
            os.remove(path)
        await asyncio.sleep(0)
    os.rmdir(folder)
