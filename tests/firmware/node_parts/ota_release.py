"""A release as a server offers it, and a node's half that is fed from it, for both interpreters."""

import asyncio
import sys
from binascii import b2a_base64, hexlify
from hashlib import sha256

from samen_node import contract, ota, signing, wishes

import slots

CONFIG = {"site": "bota75", "device": "node-1", "password": "secret", "again_s": 0.05, "patience_s": 1}


def digest(content):
    return hexlify(sha256(content).digest()).decode()


class Release:
    """`files`: content by path."""

    def __init__(self, version, files):
        self.version = version
        self.files = dict(files)
        lines = [
            "%s %d %s\n" % (digest(self.files[path]), len(self.files[path]), path) for path in sorted(files)
        ]
        self.files[""] = "".join(lines).encode()

    def wish(self, attempt=1, password="secret", device="node-1"):
        """The ota/desired for a node."""
        manifest = self.files[""]
        wish = {
            "version": self.version,
            "attempt": attempt,
            "size": len(manifest),
            "sha256": digest(manifest),
        }
        wish["hmac"] = signing.signature(signing.update_key(password), "bota75", device, wish)
        return wish

    def part(self, question):
        """The answer to an ota/want."""
        content = self.files[question["file"]][question["at"] : question["at"] + question["n"]]
        part = {"version": question["version"], "file": question["file"], "at": question["at"]}
        part["data"] = b2a_base64(content).decode().strip()
        return part

    def is_whole_in(self, folder):
        """Whether a folder holds each file of it, to the byte."""
        try:
            for path, content in self.files.items():
                with open(folder + "/" + (path or "manifest"), "rb") as file:
                    if file.read() != content:
                        return False
        except OSError:
            return False
        return True


class _Clock:
    now = 0

    def up(self):
        self.now += 0.01
        return self.now


class Fed:
    """A node on a flash, as far as updates go; its wants are answered from a release. `told`: its
    ota/status as (state, detail), `asked`: its ota/want as (file, at)."""

    def __init__(self, flash, release, mode="normal", **settings):
        self.flash = flash
        self.clock = _Clock()
        self.told = []
        self.asked = []
        self.release = release
        self._config = dict(CONFIG, **settings)
        self.wishes = wishes.Wishes(flash, mode, 300)
        self.loader = None

    def hears(self, wish):
        """Whether a wish makes it start again."""
        self.wishes.hear(contract.encode(dict(wish, v=1)))
        return self.wishes.restart(0)

    def loads(self):
        """What is told by a start that is for the wish that waits."""
        self.loader = ota.Loader(self._config, self, self.say)
        if sys.implementation.name == "micropython":
            asyncio.new_event_loop()  # what a cut left waiting is gone with the power
        asyncio.run(self._follow())
        return self.told

    def follows(self, wish):
        """What is told of a wish that is heard, and loaded at the next start."""
        return self.loads() if self.hears(wish) else self.told

    async def _follow(self):
        await self.loader.greet()
        await self.loader.follow()

    async def say(self, leaf, message, retain):
        if leaf == "ota/status":
            self.told.append((message["state"], message.get("detail", "")))
        else:
            self.asked.append((message["file"], message["at"]))
            self.answer(message)

    def answer(self, question):
        self.give(self.release.part(question))

    def give(self, part):
        part["v"] = 1
        self.loader.hear("", contract.encode(part))


def a_start(flash):
    """The node starts, and gets healthy."""
    begun = slots.begin(flash)
    slots.healthy(flash)
    return begun


def fate(flash):
    """What a node tells of its last wish at its next connect: (state, detail)."""
    told = slots.fate(flash)
    return told and (told["state"], told.get("detail", ""))
