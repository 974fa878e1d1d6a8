"""A way to a broker that can be cut."""

import socket
from collections.abc import Iterator

import pytest

from samen.adapters.access_point import AccessPoint, Air
from support.ports import eventually


@pytest.fixture
def echo() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def way(echo) -> Iterator[AccessPoint]:
    point = AccessPoint("127.0.0.1", echo.getsockname()[1])
    yield point
    point.stop()


def connected(way: AccessPoint, echo: socket.socket) -> tuple[socket.socket, socket.socket]:
    near = socket.create_connection(("127.0.0.1", way.port))
    far, _ = echo.accept()
    near.settimeout(5)
    far.settimeout(5)
    return near, far


def test_bytes_pass_in_both_directions_and_are_counted(way, echo):
    near, far = connected(way, echo)
    with near, far:
        near.sendall(b"hello")
        assert far.recv(10) == b"hello"
        far.sendall(b"goodbye")
        assert near.recv(10) == b"goodbye"

    assert (way.bytes_out, way.bytes_in) == (5, 7)


def test_a_way_that_is_down_ends_connections_and_takes_none_until_it_is_open(way, echo):
    near, far = connected(way, echo)
    with near, far:
        way.turn(Air.DOWN)
        assert ends(near)
        assert ends(far)
    with socket.create_connection(("127.0.0.1", way.port)) as refused:
        assert ends(refused)

    way.turn(Air.OPEN)

    near, far = connected(way, echo)
    near.close()
    far.close()


def test_on_a_deaf_way_nothing_passes_and_nothing_is_said(way, echo):
    near, far = connected(way, echo)
    with near, far:
        way.turn(Air.DEAF)
        eventually(lambda: way.air is Air.DEAF)
        near.sendall(b"hello")
        far.settimeout(0.2)
        with pytest.raises(TimeoutError):
            far.recv(10)

        way.turn(Air.OPEN)
        far.settimeout(5)
        assert ends(near)
        assert ends(far)


def test_a_stopped_way_ends_its_connections_and_frees_its_port(way, echo):
    near, far = connected(way, echo)
    with near, far:
        way.stop()
        assert ends(near)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", way.port))


def ends(link: socket.socket) -> bool:
    """Whether the other side closes or resets it."""
    link.settimeout(5)
    try:
        return link.recv(1) == b""
    except ConnectionResetError:
        return True
