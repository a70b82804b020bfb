"""Bytes that no HTTP client would send, over raw sockets, and clients that misbehave in time."""

import os
import socket
import threading
import time

import pytest

from admin import eventually


HOST = b"Host: localhost\r\n"


def exchange(admin, request, seconds=8.0):
    """Sends `request`; everything the server says until it closes or falls silent for half a second."""
    with admin.connect() as connection:
        try:
            connection.sendall(request)
        except OSError:
            pass  # refused before all of it was taken: the answer says why
        return read(connection, seconds)


def read(connection, seconds):
    answer = b""
    connection.settimeout(seconds)
    try:
        while chunk := connection.recv(65_536):
            answer += chunk
            connection.settimeout(0.5)
    except OSError:
        pass
    return answer


def status(answer):
    """The status code of the first response."""
    assert answer.startswith(b"HTTP/1.1 "), answer[:80]
    return int(answer[9:12])


BAD = {
    "no Host": (b"GET /stats HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (b"GET /stats HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    "two lengths": (
        b"PUT /config/relay-rate HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n1",
        400,
    ),
    "length and transfer coding": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "length is no number": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n\r\n1", 400),
    "space before colon": (b"GET /stats HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
    "folded line": (b"GET /stats HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", 400),
    "NUL in a value": (b"GET /stats HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", 400),
    "bare CR": (b"GET /stats HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n", 400),
    "bare LF": (b"GET /stats HTTP/1.1\nHost: localhost\n\n", 400),
    "bad escape": (b"GET /nodes/%zz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "not HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "body missing": (b"PUT /config/relay-rate HTTP/1.1\r\n" + HOST + b"\r\n", 411),
    "body too large": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 65537\r\n\r\n", 413),
    "length overflows": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n", 413),
    "target too long": (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "expectation": (b"GET /stats HTTP/1.1\r\n" + HOST + b"Expect: miracles\r\n\r\n", 417),
    "head too large": (b"GET /stats HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 9_000 + b"\r\n\r\n", 431),
    "transfer coding": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    "unknown method": (b"BREW /stats HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    "HTTP/2.0": (b"GET /stats HTTP/2.0\r\n" + HOST + b"\r\n", 505),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_request(beacon, case):
    request, wanted = BAD[case]
    assert status(exchange(beacon.admin, request)) == wanted
    assert beacon.admin.get("/healthz").body == b"ok"


def test_pipelined_requests_are_answered_in_order(beacon):
    pages = (b"healthz", b"nothing", b"stats")
    request = b"".join(b"GET /" + page + b" HTTP/1.1\r\n" + HOST + b"\r\n" for page in pages)
    answer = exchange(beacon.admin, request)
    assert [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]] == [200, 404, 200]


def test_a_request_in_single_bytes(beacon):
    with beacon.admin.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n":
            connection.sendall(bytes([byte]))
        assert read(connection, 5).endswith(b"\r\n\r\nok")


def test_http_1_0_closes(beacon):
    answer = exchange(beacon.admin, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert status(answer) == 200 and answer.endswith(b"\r\n\r\nok")


def test_expect_continue(beacon):
    with beacon.admin.connect() as connection:
        connection.sendall(
            b"PUT /config/relay-rate HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n"
        )
        assert read(connection, 5).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"4000")
        assert status(read(connection, 5)) == 200


def test_a_slow_client_gets_408_and_delays_nobody(beacon):
    """5 s for a head; meanwhile others are served at once."""
    with beacon.admin.connect() as slow:
        slow.sendall(b"GET /stats HTTP/1.1\r\n")
        start = time.monotonic()
        for _ in range(50):
            assert beacon.admin.get("/healthz").body == b"ok"
        assert time.monotonic() - start < 3
        assert status(read(slow, 8)) == 408
        assert 4 <= time.monotonic() - start <= 8


def test_a_client_that_does_not_read_delays_nobody(beacon):
    """Thousands of pipelined requests whose answers nobody takes: the server stops reading them, others go on."""
    request = b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n"
    with beacon.admin.connect() as greedy:
        greedy.setblocking(False)
        try:
            while True:
                greedy.send(request * 1_000)
        except BlockingIOError:
            pass
        for _ in range(20):
            assert beacon.admin.get("/healthz").body == b"ok"
        assert _resident(beacon) < 200 << 20


def _resident(beacon):
    with open(f"/proc/{beacon.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_the_sixty_fifth_connection_is_refused(beacon):
    """64 connections at most; when they go, the next is served again."""
    eventually(lambda: beacon.admin.stats().document["admin"]["connections"] == 1, what="earlier connections are gone")
    held = [socket.create_connection((beacon.admin.host, beacon.admin.port), timeout=8) for _ in range(64)]
    try:
        for connection in held:
            connection.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            assert read_once(connection).endswith(b"ok")
        assert status(exchange(beacon.admin, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")) == 503
    finally:
        for connection in held:
            connection.close()
    eventually(lambda: beacon.admin.get("/healthz").status == 200, what="served again")


def read_once(connection):
    connection.settimeout(5)
    return connection.recv(65_536)


def test_random_bytes(beacon):
    """Many connections with noise: each gets an error or is closed, and the server lives."""
    failures = []

    def noise():
        for _ in range(10):
            answer = exchange(beacon.admin, os.urandom(300) + b"\r\n\r\n", seconds=6)
            if answer and status(answer) not in (400, 414, 431, 501, 505):
                failures.append(answer)

    threads = [threading.Thread(target=noise) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert beacon.admin.get("/healthz").body == b"ok"
