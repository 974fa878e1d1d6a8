"""A Modbus line: one question at a time, each meter in turn, and nothing waits for an answer."""

from samen_node.drivers.modbus import Answer

_EVERY_S = 5  # from the beginning of one round to that of the next
_ANSWER_S = 1  # at 2400 baud an answer of 25 bytes takes a tenth of a second


class Line:
    """`meters`: those at the line; each has questions, take(now, number, frame) and bad."""

    def __init__(self, uart):
        self.meters = []
        self._uart = uart
        self._round = None
        self._round_at = None
        self._asked = None

    def poll(self, now):
        """One step: ask what is next, or listen."""
        if self._asked:
            self._listen(now)
        elif self._round_at is None or now - self._round_at >= _EVERY_S:
            self._round_at = now
            self._round = self._questions()
            self._ask(now)

    def _questions(self):
        for meter in self.meters:
            for number, question in enumerate(meter.questions):
                yield meter, number, question

    def _ask(self, now):
        """The next question of the round; nothing once all were asked."""
        for meter, number, question in self._round:
            self._uart.read()  # what an earlier answer left
            self._asked = (meter, number, Answer(question), now)
            self._uart.write(question)
            return
        self._asked = None

    def _listen(self, now):
        meter, number, answer, asked_at = self._asked
        frame = answer.feed(self._uart.read())
        if frame is None and now - asked_at < _ANSWER_S:
            return
        meter.bad += answer.bad
        if frame is not None:
            try:
                meter.take(now, number, frame)
            except ValueError:
                meter.bad += 1
        self._ask(now)
