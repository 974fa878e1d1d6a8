"""What the node asks of asyncio, on the C half that every MicroPython has, for one that has no more.

A board has all of it in flash, in the interpreter; here it takes some 5 KiB of the heap. `idle(ms)`, given by
who runs it, is called when nobody has anything to do for so long.
"""

from _asyncio import Task, TaskQueue
from time import ticks_add, ticks_diff
from time import ticks_ms as ticks

_task_queue = TaskQueue()
cur_task = None
idle = None


class CancelledError(BaseException):
    pass


class TimeoutError(Exception):
    pass


def create_task(coro):
    task = Task(coro, globals())
    _task_queue.push(task)
    return task


def sleep_ms(ms):
    _task_queue.push(cur_task, ticks_add(ticks(), max(0, ms)))
    yield


def sleep(s):
    return sleep_ms(int(s * 1000))


class Event:
    def __init__(self):
        self._is_set = False
        self._waiting = TaskQueue()

    def is_set(self):
        return self._is_set

    def clear(self):
        self._is_set = False

    def set(self):
        self._is_set = True
        while self._waiting.peek():
            _task_queue.push(self._waiting.pop())

    def wait(self):
        if not self._is_set:
            self._waiting.push(cur_task)
            cur_task.data = self._waiting  # where a cancelled task is taken from
            yield
        return True


class Lock:
    def __init__(self):
        self._free = Event()
        self._free.set()

    async def __aenter__(self):
        while not self._free.is_set():
            await self._free.wait()
        self._free.clear()

    async def __aexit__(self, *_):
        self._free.set()


async def wait_for(awaitable, timeout):
    task = create_task(awaitable)
    late = []
    timer = create_task(_end(task, timeout, late))
    try:
        return await task
    except CancelledError:
        task.cancel()
        if late:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()


async def _end(task, timeout, late):
    await sleep(timeout)
    late.append(True)
    task.cancel()


def run(coro):
    """Until this coroutine has ended."""
    first = create_task(coro)
    while not first.done():
        task = _task_queue.peek()
        wait = ticks_diff(task.ph_key, ticks())
        if wait > 0:
            idle(wait)
        else:
            _step(_task_queue.pop())
    if not isinstance(first.data, StopIteration):
        raise first.data


def _step(task):
    global cur_task
    cur_task = task
    thrown = task.data
    try:
        if thrown:
            task.data = None
            task.coro.throw(thrown)
        else:
            task.coro.send(None)
    except (CancelledError, Exception) as ended:
        if task.state is None:  # it failed before, and nobody has asked since
            raise thrown
        _end_of(task, ended)


def _end_of(task, ended):
    awaited = task.state is not True
    while awaited and task.state.peek():
        _task_queue.push(task.state.pop())
    task.state = False if awaited else None
    if not awaited and not isinstance(ended, (CancelledError, StopIteration)):
        _task_queue.push(task)
    task.data = ended  # not before: a push forgets it
