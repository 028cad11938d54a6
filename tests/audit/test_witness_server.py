"""The witness's HTTP server: bounded in size, time and number, silent about who asks."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from portal.audit import witness_server
from portal.audit.witness import Witness
from portal.audit.witness_server import MAX_CONNECTIONS, WitnessServer
from portal.tlog.note import Note, Signature
from portal.tlog.witness import MAX_BODY, PATH, AddCheckpoint
from tests.audit.witnessing import Client, Log, clock, make_folder, served


@pytest.fixture()
def witness(tmp_path) -> Witness:
    return Witness(make_folder(tmp_path / "w"), clock())


@pytest.fixture()
def client(witness) -> Iterator[Client]:
    with served(witness) as client:
        yield client


def raw(client: Client, data: bytes) -> bytes:
    """Everything that comes back for those bytes."""
    with socket.create_connection(("127.0.0.1", client.port), timeout=15) as connection:
        connection.sendall(data)
        found = b""
        while part := connection.recv(65536):
            found += part
        return found


def test_many_requests_use_one_connection(client) -> None:
    # given a client that keeps its connection, as the specification asks
    log, connection = Log(), http.client.HTTPConnection("127.0.0.1", client.port, timeout=5)
    connection.connect()
    sock = connection.sock
    for size in range(1, 20):
        connection.request("POST", PATH, str(log.grow(size).request(size - 1)).encode())
        response = connection.getresponse()
        assert response.status == 200 and response.read()
        connection.request("POST", PATH, b"nonsense")
        response = connection.getresponse()
        assert response.status == 400 and response.read()
    assert connection.sock is sock
    connection.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 404),
        ("POST", "/add-checkpoint/", 404),
        ("POST", "/sign-subtree", 404),
        ("GET", "/", 404),
        ("GET", f"/{'0' * 64}/checkpoint", 404),
        ("GET", f"/{'A' * 64}/checkpoint", 404),
        ("GET", f"/../{'0' * 64}/checkpoint", 404),
        ("GET", PATH, 405),
        ("POST", f"/{'0' * 64}/checkpoint", 405),
        ("PUT", PATH, 501),
        ("HEAD", PATH, 501),
    ],
)
def test_what_is_not_there(client, method: str, path: str, status: int) -> None:
    assert client.send(method, path, b"old 0\n" if method == "POST" else None).status == status


def test_the_largest_request_is_read_and_a_larger_one_is_not(client) -> None:
    # given a checkpoint with as many signatures as a note may have, each as large as they come
    log = Log().grow(5)
    strangers = [Signature(f"stranger.example/{number}", b"abcd", bytes(2428)) for number in range(99)]
    request = AddCheckpoint(0, (), Note(log.note().text, (*log.note().signatures, *strangers)))
    assert len(str(request)) < MAX_BODY
    # then it is answered, and what is larger is refused without being read
    assert client.add(request).status == 200
    assert client.add(b"x" * MAX_BODY).status == 400
    assert client.add(b"x" * (MAX_BODY + 1)).status == 413


@pytest.mark.parametrize(
    "length", ["", "Content-Length: -1\r\n", "Content-Length: x\r\n", "Transfer-Encoding: chunked\r\n"]
)
def test_a_request_without_a_length_is_refused_and_ends_the_connection(client, length: str) -> None:
    found = raw(client, f"POST {PATH} HTTP/1.1\r\nHost: w\r\n{length}\r\n".encode())
    assert found.startswith(b"HTTP/1.1 411 ") and b"Connection: close" in found


def test_what_is_not_http_is_not_echoed(client) -> None:
    for data in (
        b"\x16\x03\x01secret-bytes\r\n\r\n",
        b"GET secret-path HTTP/9.9\r\n\r\n",
        b"SECRET /secret HTTP/1.1\r\n\r\n",
    ):
        assert b"secret" not in raw(client, data).lower()


def test_answers_name_nothing_of_the_machine(client) -> None:
    found = raw(client, b"GET / HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n")
    assert b"Server:" not in found and b"ython" not in found and b"no-store" in found


def test_nothing_is_written_about_requests(client, capfd) -> None:
    client.add(b"nonsense")
    client.send("GET", "/secret-path")
    raw(client, b"nonsense\r\n\r\n")
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall(f"POST {PATH} HTTP/1.1\r\nContent-Length: 100\r\n\r\nold".encode())
    time.sleep(0.2)
    assert capfd.readouterr() == ("", "")


def test_a_failure_of_ours_is_told_without_a_traceback(tmp_path, capfd, monkeypatch) -> None:
    said: list[str] = []
    witness = Witness(make_folder(tmp_path / "w"), clock(), notice=said.append)
    monkeypatch.setattr(witness, "checkpoint", lambda name: 1 / 0)
    with served(witness) as client:
        assert raw(client, f"GET /{'0' * 64}/checkpoint HTTP/1.1\r\n\r\n".encode()) == b""
    assert said == ["A request failed unexpectedly."] and capfd.readouterr() == ("", "")


def test_a_body_that_drips_in_is_given_up(client, monkeypatch) -> None:
    # given a short patience
    monkeypatch.setattr(witness_server, "BODY_SECONDS", 0.3)
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.sendall(f"POST {PATH} HTTP/1.1\r\nContent-Length: 1000\r\n\r\n".encode())
        # when a byte comes now and then
        for _number in range(8):
            connection.sendall(b"x")
            time.sleep(0.1)
        # then the answer does not wait for the rest
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    assert time.monotonic() - begun < 5


def test_connections_are_bounded_and_come_back(client) -> None:
    # given as many idle connections as there may be
    idle = [socket.create_connection(("127.0.0.1", client.port), timeout=5) for _number in range(MAX_CONNECTIONS)]
    time.sleep(0.3)
    # then one more is closed at once
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as extra:
        assert extra.recv(10) == b""
    # and when they have gone, the witness answers again
    for connection in idle:
        connection.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            assert client.add(Log().grow(3).request(0)).status == 200
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_stopping_lets_a_running_request_finish_and_ends_idle_connections(witness, monkeypatch) -> None:
    # given a request that takes its time, and an idle connection
    server = WitnessServer(witness, "127.0.0.1", 0)
    loop = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    loop.start()
    client, begun = Client(server.server_address[1]), threading.Event()
    slow = witness.add_checkpoint
    monkeypatch.setattr(witness, "add_checkpoint", lambda body: (begun.set(), time.sleep(0.5), slow(body))[-1])
    idle = socket.create_connection(("127.0.0.1", client.port), timeout=5)
    answers: list = []
    asking = threading.Thread(target=lambda: answers.append(client.add(Log().grow(3).request(0))))
    asking.start()
    begun.wait(5)
    # when the server is stopped in between
    server.stop(5)
    loop.join(5)
    # then the answer was given, the idle one has ended, and nobody can connect
    asking.join(5)
    assert [answer.status for answer in answers] == [200]
    assert idle.recv(1) == b""
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", client.port), timeout=1)
    idle.close()
    witness.close()
