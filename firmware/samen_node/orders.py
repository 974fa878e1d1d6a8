"""What the server asks of a node: commands and settings."""

_REMEMBERED = 16


class Orders:
    """Each method takes a decoded message and gives the answers to publish: (leaf, message, retain).

    `operations`: what a command may do, by name, each called with its arguments.
    """

    def __init__(self, settings, operations):
        self._settings = settings
        self._operations = operations
        self._answered = []

    def command(self, message, utc):
        """The same id twice has one effect and the same answer."""
        for name, refusal in self._answered:
            if name == message["id"]:
                return [_answer(name, refusal)]
        refusal = self._refusal(message, utc)
        if not refusal:
            self._operations[message["op"]](message.get("args", {}))
        self._answered = self._answered[1 - _REMEMBERED :] + [(message["id"], refusal)]
        return [_answer(message["id"], refusal)]

    def configure(self, message):
        """Apply settings; the report carries a code per refused key."""
        errors = self._settings.apply(message["rev"], message["set"])
        report = {"v": 1, "rev": message["rev"], "set": self._settings.values, "errors": errors}
        return [("cfg/reported", report, True)]

    def _refusal(self, message, utc):
        if utc is not None and message["exp"] < utc:
            return "expired"
        return None if message["op"] in self._operations else "unknown_op"


def _answer(name, refusal):
    answer = {"v": 1, "id": name, "ok": not refusal}
    if refusal:
        answer["detail"] = refusal
    return "cmd/res", answer, False
