"""beaconctl as a process, with or without a terminal, and an admin server that plays a script."""

import json
import os
import pty
import select
import socket
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fcntl import ioctl

from harness import binary

RUN_SECONDS = 30.0


@dataclass
class Done:
    status: int
    output: str
    """Standard output; with a terminal also standard error."""
    error: str = ""


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Nothing of this test's own terminal and beacons."""
    unwanted = ("TERM", "NO_COLOR", "COLUMNS")
    kept = {key: value for key, value in os.environ.items() if key not in unwanted and not key.startswith("BEACON_")}
    return kept | dict(environment)


def start(admin: str, *arguments: str, environment: Mapping[str, str] = {}) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(binary().with_name("beaconctl")), *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=clean({"BEACON_ADMIN": admin, **environment}),
    )  # fmt: skip


def finish(process: subprocess.Popen[str], seconds: float = RUN_SECONDS) -> Done:
    try:
        output, error = process.communicate(timeout=seconds)
    finally:
        process.kill()
        process.wait()
    return Done(process.returncode, output, error)


def run(admin: str, *arguments: str, environment: Mapping[str, str] = {}) -> Done:
    return finish(start(admin, *arguments, environment=environment))


def run_on_terminal(admin: str, *arguments: str, columns: int = 80, environment: Mapping[str, str] = {}) -> Done:
    """The same on a terminal of its own; the output is what that got."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [str(binary().with_name("beaconctl")), *arguments], stdin=slave, stdout=slave, stderr=slave,
        env=clean({"BEACON_ADMIN": admin, "TERM": "xterm", **environment}), start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    output, deadline = b"", time.monotonic() + RUN_SECONDS
    try:
        while select.select([master], [], [], max(0.0, deadline - time.monotonic()))[0]:
            try:
                more = os.read(master, 65_536)
            except OSError:  # EIO: nobody has the other side open
                more = b""
            if not more:
                return Done(process.wait(RUN_SECONDS), output.decode())
            output += more
        raise AssertionError(f"still running after {RUN_SECONDS} s: {output!r}")
    finally:
        process.kill()
        process.wait()
        os.close(master)


def drain(state: str = "draining", left: int = 10, seconds: float = 100.0, **members: object) -> dict:
    """What GET /drain says."""
    return {
        "state": state, "then": "exit", "began_at": 1700000100.25, "elapsed_seconds": 10.0, "deadline_seconds": 130.0,
        "left_seconds": seconds,
        "nodes": {"at_start": 10, "left": left, "moved": 10 - left, "expired": 0, "refused": 3},
        "others_serving": 2, "active_pairs": None, "frames": {"forwarded": 77, "repeated": 8, "lost": 0},
        "busiest": [{"node": 17, "frames": 9, "bytes": 1}], "blockers": [],
    } | members  # fmt: skip


@dataclass
class Answer:
    body: object
    status: int = 200
    """0: the body is all that comes, and no HTTP."""
    end: str = "close"
    """`close`, `reset`, or `hold`: nothing more until the client goes."""


def lines(*readings: dict, end: str = "close") -> Answer:
    """A stream of JSON lines."""
    return Answer("".join(json.dumps(reading) + "\n" for reading in readings), end=end)


class FakeAdmin:
    """Answers requests with `answers` in turn; behind the last one it is gone: nobody listens any more."""

    def __init__(self, *answers: Answer):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.answers = list(answers)
        self.requests: list[str] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._thread.join()
        self.listener.close()

    def _serve(self) -> None:
        while self.answers:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            answer = self.answers.pop(0)
            if not self.answers:
                self.listener.close()
            with connection:
                self._answer(connection, answer)

    def _answer(self, connection: socket.socket, answer: Answer) -> None:
        connection.settimeout(10)
        request = b""
        while b"\r\n\r\n" not in request:
            more = connection.recv(65_536)
            if not more:
                return
            request += more
        self.requests.append(request.decode())
        body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        head = f"HTTP/1.1 {answer.status} X\r\nConnection: close\r\n\r\n" if answer.status else ""
        connection.sendall((head + body).encode())
        if answer.end == "hold":
            connection.recv(1)
        elif answer.end == "reset":
            self._wait_until_read(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    @staticmethod
    def _wait_until_read(connection: socket.socket) -> None:
        """A reset destroys what the peer's kernel has not handed over: until it has acknowledged all."""
        deadline = time.monotonic() + 5
        while struct.unpack("i", ioctl(connection, 0x5411, b"\0\0\0\0"))[0] > 0:  # SIOCOUTQ
            assert time.monotonic() < deadline
            select.select([], [], [], 0.01)
