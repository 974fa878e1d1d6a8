"""The control: nodes that forget every second reading, untold, as if the server had acked it."""

import json
import sys

from samen_node.app import Node
from samen_node.simulated import fleet


class SecretiveNode(Node):
    async def _publish(self, leaf, payload, retain=False):
        message = json.loads(payload)
        some = message.get("items", [message])
        told = [item for item in some if item.get("seq", 0) % 2 == 0 or self._forget(message["boot"], item)]
        if "items" in message:
            message["items"] = told
            payload = json.dumps(message).encode()
        if told:
            await Node._publish(self, leaf, payload, retain)

    def _forget(self, boot, item):
        self._delivery.acked(boot, [[item["seq"], item["seq"]]])


fleet.Node = SecretiveNode
fleet.main(sys.argv[1:])
