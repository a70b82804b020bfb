"""One beacon takes over from another on the same host, under load: by sequence numbers, nothing is lost, doubled or
out of order, and nobody but the two processes notices."""

import os
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Beacon, Client
from admin import eventually
import wire

RATE = 20_000
SWAPS = 10
MOST_GAP_SECONDS = 0.05
NODE = 77


class Stream:
    """Numbered frames to one node from a thread of its own, so many a second, and what arrives there from another."""

    def __init__(self, beacon: Beacon, receiver: Client):
        self.arrived: list[int] = []
        self.sent = 0
        self._stop = threading.Event()
        self._address = beacon.address
        self._receiver = receiver.socket
        self._threads = [threading.Thread(target=self._send), threading.Thread(target=self._receive)]

    def __enter__(self) -> "Stream":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            start = time.monotonic()
            while not self._stop.is_set():
                due = int((time.monotonic() - start) * RATE)
                while self.sent < due:
                    frame = struct.pack("!BIII", 5, 1, NODE, self.sent)
                    sender.sendto(frame, self._address)
                    self.sent += 1
                self._stop.wait(0.001)

    def _receive(self) -> None:
        self._receiver.settimeout(0.2)
        while True:
            try:
                data = self._receiver.recv(2048)
            except TimeoutError:
                if self._stop.is_set():
                    return
                continue
            if data[0] == 6:
                self.arrived.append(struct.unpack("!I", data[5:9])[0])


@pytest.fixture
def path() -> str:
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "handover")


def successor(launch: Callable[..., Beacon], before: Beacon, path: str, *more: str) -> Beacon:
    """A beacon that takes over `before`; ready once that one has ended."""
    arguments = ("--admin", f"127.0.0.1:{before.admin.port}", "--handover-socket", path, "--takeover", path)
    after = launch(*before.arguments, *arguments, *more, port=before.port, wait=False)
    after.admin = before.admin
    return after


def start(launch: Callable[..., Beacon], path: str, *more: str) -> Beacon:
    arguments = ("--shards", "2", "--relay-rate", "0", *more)
    beacon = launch(*arguments, "--handover-socket", path)
    beacon.arguments = arguments
    # It serves nodes before it listens there.
    eventually(lambda: os.path.exists(path), what=path)
    return beacon


def test_ten_swaps_under_load_lose_nothing(launch: Callable[..., Beacon], path: str) -> None:
    beacon = start(launch, path)
    receiver = beacon.client()
    receiver.register(NODE)
    gaps: list[float] = []
    with Stream(beacon, receiver) as stream:
        for swap in range(SWAPS):
            after = successor(launch, beacon, path)
            after.arguments = beacon.arguments
            assert beacon.process.wait(10) == 0, beacon.log()
            eventually(after._answers, what="the successor's readiness")
            gaps.append(after.admin.get("/stats").json()["takeover_gap_seconds"])
            beacon = after
    print("gaps in ms:", [round(gap * 1000, 2) for gap in gaps], "frames:", stream.sent)
    assert stream.arrived == list(range(stream.sent))
    assert len(gaps) == SWAPS and max(gaps) <= MOST_GAP_SECONDS
    kinds = [(event["kind"], event) for event in beacon.admin.get("/events?format=json").json()["events"]]
    assert any(kind == "takeover" for kind, _ in kinds)


def test_settings_and_nodes_go_along(launch: Callable[..., Beacon], path: str) -> None:
    beacon = start(launch, path)
    receiver = beacon.client()
    receiver.register(NODE)
    assert beacon.admin.request("PUT", "/config/punch-rate", body=b"17").status == 200
    after = successor(launch, beacon, path)
    assert beacon.process.wait(10) == 0, beacon.log()
    eventually(after._answers, what="the successor's readiness")
    settings = {setting["key"]: setting for setting in after.admin.get("/config").json()["settings"]}
    assert str(settings["punch-rate"]["value"]) == "17"
    assert after.admin.get(f"/nodes/{NODE}").json()["endpoint"] == "%s:%d" % receiver.endpoint


@pytest.mark.parametrize("difference", [("--beacon-id", "9"), ("--shards", "3"), ("--fleet-label", "other")])
def test_an_incompatible_successor_is_refused(path: str, difference: tuple[str, str]) -> None:
    beacon = Beacon("--shards", "2", "--handover-socket", path)
    beacon.arguments = ("--shards", "2")
    try:
        after = successor(lambda *a, **o: Beacon(*a, **o), beacon, path, *difference)
        assert after.process.wait(10) == 1
        assert difference[0].strip("-") in after.log()
        assert "take-over refused" in beacon.log()
        client = beacon.client()
        client.register(5)
    finally:
        assert beacon.stop() == 0


def dying(path: str, packets: list[bytes], receives: list[int]) -> None:
    """A successor that says `packets`, hears as many packets as `receives` says after each, and is gone."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.settimeout(5)
        line.connect(path)
        for packet, kind in zip(packets, receives):
            line.send(packet)
            while kind:
                data, descriptors, _, _ = socket.recv_fds(line, 65_536, 64)
                for descriptor in descriptors:
                    os.close(descriptor)
                if not data or data[6] == kind:
                    break


def text(value: str) -> bytes:
    return struct.pack("!H", len(value)) + value.encode()


def head(kind: int) -> bytes:
    return b"BCNH" + struct.pack("!HB", 1, kind)


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_a_successor_that_dies_midway_changes_nothing(launch: Callable[..., Beacon], path: str, steps: int) -> None:
    beacon = start(launch, path)
    receiver, sender = beacon.clients(2)
    receiver.register(NODE)
    addresses = (f"127.0.0.1:{beacon.port}", "[::]:9011", f"127.0.0.1:{beacon.admin.port}", "")
    ask = head(1) + struct.pack("!IHB", 0, 2, 0) + text("") + b"".join(map(text, addresses))
    course = [(ask, 7), (head(8), 9), (head(10), 11)]
    dying(path, [packet for packet, _ in course[:steps]], [kind for _, kind in course[:steps]])
    for number in range(20):
        sender.send(struct.pack("!BIII", 5, 1, NODE, number))
        receiver.expect(struct.pack("!BII", 6, 1, number))
    # And a true one takes over from it still.
    successor(launch, beacon, path)
    assert beacon.process.wait(10) == 0, beacon.log()


@pytest.mark.parametrize("garbage", [b"x", b"BCNH\x00\x02\x01", b"BCNH\x00\x01\xff", b"\x00" * 60_000])
def test_garbage_is_refused(beacon: Beacon, launch: Callable[..., Beacon], path: str, garbage: bytes) -> None:
    listening = start(launch, path)
    dying(path, [garbage], [2])
    client = listening.client()
    client.register(4)
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"


def test_a_stale_socket_is_replaced_and_a_live_one_is_not(launch: Callable[..., Beacon], path: str) -> None:
    first = start(launch, path)
    second = Beacon("--handover-socket", path, wait=False)
    assert second.process.wait(10) == 1 and "another process listens" in second.log()
    first.process.kill()
    first.process.wait()
    first.process.returncode = 0
    start(launch, path)
