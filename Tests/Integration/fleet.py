"""A fleet of real beacons on loopback addresses, with a key in a temporary directory.

Beacon i listens on 127.0.0.1: all addresses differ by port only. Every beacon names all others by `--peers`.
"""

import os
import secrets
import tempfile
import time
from pathlib import Path

import wire
from admin import eventually
from harness import Beacon, Client, free_port


class Fleet:
    """Beacons with the ids 1 … count; `beacons[id]`."""

    def __init__(self, count: int = 3, *arguments: str, key: bool = True, start: bool = True):
        self.directory = tempfile.TemporaryDirectory(prefix="beacon-fleet-")
        self.ids = range(1, count + 1)
        ports: set[int] = set()
        while len(ports) < 2 * count:
            ports.add(free_port())
        self.ports = {i: ports.pop() for i in self.ids}
        self.control = {i: ports.pop() for i in self.ids}
        self.arguments = arguments
        self.keyed = key
        self.key = secrets.token_hex(32)
        self.beacons: dict[int, Beacon] = {}
        self.killed: list[Beacon] = []
        if start:
            for i in self.ids:
                self.start(i)
            self.settle()

    def key_file(self, i: int) -> Path:
        return Path(self.directory.name) / f"{i}.key"

    def write_keys(self, i: int, *keys: str, mode: int = 0o600) -> Path:
        path = self.key_file(i)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("".join(f"{key}\n" for key in keys))
        path.chmod(mode)
        return path

    def start(self, i: int, *arguments: str, peers: list[str] | None = None, wait: bool = True) -> Beacon:
        if peers is None:
            peers = [f"127.0.0.1:{self.ports[j]}" for j in self.ids if j != i]
        options = ["--beacon-id", str(i), "--gossip-addr", f"127.0.0.1:{self.control[i]}", "--shards", "1"]
        if peers:
            options += ["--peers", ",".join(peers)]
        if self.keyed:
            if not self.key_file(i).exists():
                self.write_keys(i, self.key)
            options += ["--fleet-key-file", str(self.key_file(i))]
        self.beacons[i] = Beacon(
            "--punch-whitelist", "127.0.0.1", *options, *self.arguments, *arguments, port=self.ports[i], wait=wait
        )  # fmt: skip
        return self.beacons[i]

    def kill(self, i: int) -> None:
        """kill -9."""
        beacon = self.beacons.pop(i)
        self.killed.append(beacon)
        beacon.kill()

    def stop(self, i: int) -> None:
        beacon = self.beacons.pop(i)
        assert beacon.stop() == 0, beacon.log()
        self.killed.append(beacon)

    def close(self) -> None:
        try:
            crashed = [beacon for beacon in self.beacons.values() if not beacon.alive()]
            statuses = {i: beacon.stop() for i, beacon in self.beacons.items()}
            logs = "\n".join(f"-- beacon {i}\n{beacon.log()}" for i, beacon in self.beacons.items())
            assert not crashed and all(status == 0 for status in statuses.values()), f"{statuses}\n{logs}"
        finally:
            for beacon in [*self.beacons.values(), *self.killed]:
                beacon.kill()
            self.directory.cleanup()

    # What a beacon sees.

    def members(self, i: int) -> dict[int, dict]:
        answer = self.beacons[i].admin.get("/peers?limit=1000")
        assert answer.status == 200, answer.text
        return {member["beacon"]: member for member in answer.json()["members"]}

    def states(self, i: int) -> dict[int, str]:
        return {beacon: member["state"] for beacon, member in self.members(i).items()}

    def home(self, i: int, node: int) -> dict | None:
        """`/nodes/{id}` of beacon i; None if it knows no such node."""
        answer = self.beacons[i].admin.get(f"/nodes/{node}")
        return answer.json() if answer.status == 200 else None

    def owner(self, i: int, node: int) -> int | None:
        home = self.home(i, node)
        return home["home"]["beacon"] if home else None

    def events(self, i: int, kind: str | None = None) -> list[dict]:
        """What a beacon tells of itself, its fields among the others."""
        answer = self.beacons[i].admin.get("/events?format=json&limit=1000")
        assert answer.status == 200, answer.text
        return [event | event["fields"] for event in answer.json()["events"] if kind in (None, event["kind"])]

    def fallen(self, i: int) -> set[int]:
        """Whom a beacon has held for suspect or dead since it started."""
        told = self.events(i, "member")
        assert told, "it has met somebody at the least"
        return {int(event["beacon"]) for event in told if event["state"] in ("suspect", "dead")}

    def fleet(self, i: int) -> dict:
        answer = self.beacons[i].admin.get("/fleet")
        assert answer.status == 200, answer.text
        return answer.json()

    # Waiting.

    def settle(self, seconds: float = 10.0) -> float:
        """Until every running beacon has every other one for alive; how long that took."""
        begun = time.monotonic()
        for i in self.beacons:
            others = {j: "alive" for j in self.beacons if j != i}
            eventually(
                lambda: others.items() <= self.states(i).items(), seconds, f"beacon {i} sees {sorted(others)} alive"
            )
        return time.monotonic() - begun

    def wait_owner(self, node: int, owner: int, at: list[int] | None = None, seconds: float = 3.0) -> None:
        for i in at or list(self.beacons):
            eventually(lambda: self.owner(i, node) == owner, seconds, f"beacon {i} has node {node} at {owner}")

    # Nodes.

    def client(self, i: int) -> Client:
        return self.beacons[i].client()

    def node(self, i: int, node: int) -> Client:
        """A client that is registered at beacon i."""
        client = self.client(i)
        client.register(node)
        return client


def crosses(source: Client, sender: int, target: Client, node: int, seconds: float = 3.0) -> float:
    """Relays frames from `source` until one arrives at `target`; how long that took."""
    begun = time.monotonic()
    number = 0
    while time.monotonic() - begun < seconds:
        payload = b"frame %d" % number
        source.send(wire.relay(sender, node, payload))
        if (got := target.receive(0.1)) is not None:
            assert got.startswith(wire.deliver(sender, b"frame ")), got.hex()
            return time.monotonic() - begun
        number += 1
    raise AssertionError(f"no frame for node {node} within {seconds} s")
