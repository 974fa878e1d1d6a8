"""One MQTT client on either interpreter, told by a JSON file what to do, telling what happens.

It publishes a number every 0.1 s at QoS 1 to out/ID, prints a line of JSON per event, and stops
when it hears "stop".
"""

import asyncio
import json
import sys

from samen_node.net.mqtt import Client


def tell(**event):
    print(json.dumps(event))
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


class Driver:
    def __init__(self, config):
        name = config["id"]
        self.name = name
        tls = None
        if "ca" in config:
            from samen_node.net.tls import context

            with open(config["ca"], "rb") as file:
                tls = context(file.read())
        self.link = Client(
            config.get("host", "127.0.0.1"),
            config["port"],
            name,
            config.get("user"),
            config.get("password"),
            on_message=self.hear,
            on_up=self.greet,
            will=lambda: ("will/" + name, b"gone"),
            tls=tls,
            keepalive_s=config.get("keepalive_s", 2),
            backoff_s=(0.1, 0.5),
            timeout_s=config.get("timeout_s", 2),
            network=self if "addresses" in config else None,
        )
        self.addresses = config.get("addresses")
        self.stopping = False

    def connected(self):
        return True

    async def look_up(self, host):
        return self.addresses[host]

    def hear(self, topic, payload):
        if payload == b"stop":
            self.stopping = True
        tell(event="message", topic=topic, payload=payload.decode() if len(payload) < 100 else len(payload))

    async def greet(self):
        await self.link.subscribe(["in/" + self.name + "/#"])
        tell(event="up")

    async def count(self):
        number = 0
        while not self.stopping:
            await asyncio.sleep(0.1)
            try:
                await self.link.publish("out/" + self.name, str(number).encode(), qos=number % 2)
                number += 1
            except OSError as error:
                tell(event="down", error=repr(error))
            if self.link.last_error is not None:
                tell(event="error", error=repr(self.link.last_error))
                self.link.last_error = None

    async def run(self):
        running = asyncio.create_task(self.link.run())
        await self.count()
        await self.link.stop()
        await running
        tell(event="ended")


def main():
    with open(sys.argv[1]) as file:
        config = json.load(file)
    asyncio.run(Driver(config).run())


if __name__ == "__main__":
    main()
