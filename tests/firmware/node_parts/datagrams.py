"""A server of datagrams on a loopback port, for tests that run on both interpreters."""

import asyncio
import os
import socket


class DatagramServer:
    """`answer(bytes)` gives the list of datagrams to send back; `asked` keeps what came."""

    def __init__(self, answer):
        self.asked = []
        self._answer = answer
        self._link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.setblocking(False)
        self.port = self._bind()

    def _bind(self):
        # MicroPython's sockets do not tell the port they were given.
        while True:
            port = 20000 + int.from_bytes(os.urandom(2), "big") % 12000
            try:
                self._link.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
                return port
            except OSError:
                pass  # somebody else's

    async def serve(self):
        while True:
            await asyncio.sleep(0.01)
            try:
                datagram, sender = self._link.recvfrom(512)
            except OSError:
                continue
            self.asked.append(datagram)
            for piece in self._answer(datagram):
                self._link.sendto(piece, sender)

    def during(self, work):
        """What the coroutine `work` gives while this server serves."""

        async def both():
            serving = asyncio.create_task(self.serve())
            try:
                return await work
            finally:
                serving.cancel()

        try:
            return asyncio.run(both())
        finally:
            self._link.close()
