"""The admin pages of a beacon, and the counters that they show."""

import http.client
import json
import select
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


def eventually(check: Callable[[], object], seconds: float = 5.0, what: str = "condition") -> object:
    """Calls `check` until it gives something true, and returns that. An AssertionError counts as "not yet"."""
    deadline = time.monotonic() + seconds
    last: object = None
    while True:
        try:
            last = check()
            if last:
                return last
        except AssertionError as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s; last: {last}")
        select.select([], [], [], 0.02)


class Response:
    def __init__(self, status: int, headers: Mapping[str, str], body: bytes):
        self.status, self.headers, self.body = status, headers, body

    def json(self) -> object:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Admin:
    """The admin pages of a beacon on 127.0.0.1."""

    def __init__(self, port: int, host: str = "127.0.0.1"):
        self.host, self.port = host, port

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        return self.request("GET", path, headers)

    def stats(self) -> "Stats":
        answer = self.get("/stats")
        assert answer.status == 200, answer.text
        return Stats(answer.json())

    def dropped(self, reason: str, count: int) -> None:
        """Waits until exactly `count` datagrams have been dropped for `reason`."""
        eventually(lambda: self.stats().dropped[reason] == count, what=f"dropped.{reason} == {count}")

    @contextmanager
    def connect(self) -> Iterator[socket.socket]:
        """A raw TCP connection, for requests that no HTTP client would send."""
        with socket.create_connection((self.host, self.port), timeout=8) as connection:
            yield connection


class Stats:
    """The counters of `GET /stats`. The only place that knows where they stand in the JSON."""

    def __init__(self, document: dict):
        self.document = document
        self.answered: dict[str, int] = document["answered"]
        self.forwarded: dict[str, int] = document["forwarded"]
        self.dropped: dict[str, int] = document["dropped"]

    @property
    def received(self) -> int:
        return self.document["totals"]["received"]

    @property
    def routes(self) -> int:
        """Nodes known through other beacons."""
        return self.document["nodes"]["routes"]

    @property
    def outcomes(self) -> int:
        return sum(sum(group.values()) for group in (self.answered, self.forwarded, self.dropped))
