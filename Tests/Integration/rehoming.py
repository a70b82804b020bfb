"""Daemons that change their beacon as the reference ones do (protocol.md §9.2, §9.6), under relay load.

All of them run in one thread. A daemon chooses its beacon by FNV-1a of its key over the list that the registry gives,
looks at that list again every so often, says Discover to a new choice, and from then on takes frames from that one's exact
address and port only. Every frame carries its number, so that what is lost, repeated or overtaken is counted and not
guessed.
"""

import heapq
import random
import selectors
import socket
import struct
import threading
import time

import wire

REFRESH_SECONDS = 60.0, 70.0
"""How long a daemon goes by one list."""
DISCOVER_SECONDS = 60.0
LONGEST_REPLAY = 30
"""So many replays in a row end a daemon's session."""


def fnv1a(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFF_FFFF
    return value


class Flow:
    """The numbered frames of one daemon to another, at their destination."""

    def __init__(self):
        self.sent = 0
        self.taken: set[int] = set()
        self.highest = -1
        self.replays = 0
        self.run = 0
        self.longest_run = 0
        self.overtaken: list[float] = []
        """Frames that came behind a later one: by how much, in seconds."""
        self.came = 0.0

    def take(self, number: int, now: float) -> None:
        if number in self.taken:
            self.replays += 1
            self.run += 1
            self.longest_run = max(self.longest_run, self.run)
            return
        self.run = 0
        self.taken.add(number)
        if number < self.highest:
            self.overtaken.append(now - self.came)
        else:
            self.highest, self.came = number, now

    @property
    def lost(self) -> set[int]:
        return set(range(self.sent)) - self.taken


class Daemon:
    def __init__(self, node: int, dice: random.Random, beacons: list[tuple[str, int]], ip: str):
        self.node = node
        self.key = dice.randbytes(32)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind((ip, 0))
        self.socket.setblocking(False)
        self.flows: dict[int, Flow] = {}
        """By sender."""
        self.strays = 0
        """Frames of other beacons than the chosen one: dropped unseen."""
        self.moves = 0
        self.beacon = self.choice(beacons)
        self.discover()

    def choice(self, beacons: list[tuple[str, int]]) -> tuple[str, int]:
        return beacons[fnv1a(self.key) % len(beacons)]

    def refresh(self, beacons: list[tuple[str, int]]) -> None:
        chosen = self.choice(beacons)
        if chosen != self.beacon:
            self.beacon = chosen
            self.moves += 1
            self.discover()

    def discover(self) -> None:
        self.send(wire.discover(self.node))

    def send(self, data: bytes, to: tuple[str, int] | None = None) -> None:
        try:
            self.socket.sendto(data, to or self.beacon)
        except ConnectionRefusedError:
            pass  # an ICMP error of an earlier datagram

    def read(self) -> None:
        for _ in range(256):
            try:
                data, source = self.socket.recvfrom(2_048)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if source != self.beacon:
                self.strays += 1
            elif data[:1] == b"\x06":
                sender, number = struct.unpack("!II", data[1:9])
                self.flows.setdefault(sender, Flow()).take(number, time.monotonic())
            elif data[:1] == b"\x04":
                for _ in range(3):
                    self.send(wire.PROOF, wire.parse_endpoint(data[1:]))


class Overlay:
    """Daemons that relay to each other: each to `fan` others, `rate` frames a second to each.

    `scale` divides the daemons' own times. `listed` is what the registry gives; whoever changes it changes what the daemons
    choose among.
    """

    def __init__(
        self, beacons: list[tuple[str, int]], count: int, fan: int, rate: float, scale: float, seed: int = 1,
        ip: str = "127.0.0.1",
    ):  # fmt: skip
        self.dice = random.Random(seed)
        self.scale = scale
        self.listed = list(beacons)
        self.daemons = [Daemon(1_000 + i, self.dice, self.listed, ip) for i in range(count)]
        self.period = 1.0 / rate
        self.pairs = [(i, (i + step) % count) for i in range(count) for step in range(1, fan + 1)]
        self.sending = True
        self.running = True
        self.late = 0.0
        """How far the sender fell behind its clock at the worst: what the machine's noise was."""
        self.thread = threading.Thread(target=self.run)

    def flow(self, pair: tuple[int, int]) -> Flow:
        source, target = (self.daemons[i] for i in pair)
        return target.flows.setdefault(source.node, Flow())

    @property
    def flows(self) -> list[Flow]:
        return [self.flow(pair) for pair in self.pairs]

    def start(self) -> None:
        self.thread.start()

    def finish(self) -> None:
        """Ends the sending, and waits until what is on its way is there."""
        self.sending = False
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline and any(flow.lost for flow in self.flows):
            time.sleep(0.05)
        self.close()

    def close(self) -> None:
        self.running = False
        if self.thread.is_alive():
            self.thread.join()
        for daemon in self.daemons:
            daemon.socket.close()

    def run(self) -> None:
        selector = selectors.DefaultSelector()
        for daemon in self.daemons:
            selector.register(daemon.socket, selectors.EVENT_READ, daemon)
        due: list[tuple[float, int, str, object]] = []
        now = time.monotonic()
        for number, pair in enumerate(self.pairs):
            heapq.heappush(due, (now + self.dice.random() * self.period, number, "send", pair))
        for number, daemon in enumerate(self.daemons):
            for task in ("refresh", "discover"):
                heapq.heappush(due, (now + self.after(task), len(due) + number * 2 + 100_000, task, daemon))
        while self.running:
            for key, _ in selector.select(max(0.0, min(0.05, due[0][0] - time.monotonic()))):
                key.data.read()
            now = time.monotonic()
            while due[0][0] <= now:
                at, number, task, subject = heapq.heappop(due)
                self.perform(task, subject, now - at)
                # By the clock, not by when it was done: a late sender catches up.
                again = at + (self.period if task == "send" else self.after(task))
                heapq.heappush(due, (again, number, task, subject))

    def after(self, task: str) -> float:
        return (self.dice.uniform(*REFRESH_SECONDS) if task == "refresh" else DISCOVER_SECONDS) / self.scale

    def perform(self, task: str, subject: object, late: float) -> None:
        if task == "send":
            if self.sending:
                self.late = max(self.late, late)
                source, target = (self.daemons[i] for i in subject)
                flow = self.flow(subject)
                source.send(wire.relay(source.node, target.node, struct.pack("!I", flow.sent) + bytes(100)))
                flow.sent += 1
        elif task == "refresh":
            subject.refresh(self.listed)
        else:
            subject.discover()
