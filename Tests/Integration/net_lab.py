"""A fleet of beacons, each on a host of its own (a network namespace), with a wide area network between them.

          host-1          host-2          host-3    …
       10.77.0.1       10.77.0.2       10.77.0.3          "wan" of each
            └───────────────┼───────────────┘
                        weather.py                        20 ms ± 5 ms each way, 1 % loss

A host may have a second address (10.78.0.x, "wan2"). Namespaces are named after this process; `close` removes them and
whatever runs in them.
"""

import contextlib
import ctypes
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import wire
from admin import Admin, Response, eventually
from fleet import Fleet
from harness import Beacon, Client
from nat_lab import run

DATA_PORT, CONTROL_PORT = 9001, 9011
CLONE_NEWNET = 0x40000000
WEATHER = Path(__file__).with_name("weather.py")
LIBC = ctypes.CDLL(None, use_errno=True)


def address(host: int, network: int = 77) -> str:
    return f"10.{network}.0.{host}"


class NetLab:
    """`count` hosts on `networks` (77: the first address of each, 78: the second)."""

    def __init__(
        self, count: int, networks: tuple[int, ...] = (77,), delay: float = 0.020, jitter: float = 0.005, loss: float = 0.01
    ):
        self.hosts = range(1, count + 1)
        self._prefix = f"net{os.getpid()}"
        self._spaces: list[str] = []
        self._weather: subprocess.Popen | None = None
        self.seed = random.randrange(2**32)
        try:
            for host in self.hosts:
                run("ip", "netns", "add", self.space(host))
                self._spaces.append(self.space(host))
                run("ip", "-n", self.space(host), "link", "set", "lo", "up")
            self._connect(networks, delay, jitter, loss)
        except BaseException:
            self.close()
            raise

    def space(self, host: int) -> str:
        return f"{self._prefix}-{host}"

    def inside(self, host: int) -> tuple[str, ...]:
        """The words to put before a command, so that it runs on that host."""
        return ("ip", "netns", "exec", self.space(host))

    def _connect(self, networks: tuple[int, ...], delay: float, jitter: float, loss: float) -> None:
        devices = [
            {"name": f"w{os.getpid() % 100_000}-{host}-{network}", "namespace": self.space(host), "ip": address(host, network)}
            for host in self.hosts
            for network in networks
        ]
        plan = {"devices": devices, "delay": delay, "jitter": jitter, "loss": loss, "seed": self.seed}
        self._weather = subprocess.Popen(
            [sys.executable, str(WEATHER), json.dumps(plan)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._weather.stdout.readline() == "ready\n", "the weather did not begin"
        for device in devices:
            run("ip", "-n", device["namespace"], "addr", "add", f"{device['ip']}/24", "dev", device["name"])
            run("ip", "-n", device["namespace"], "link", "set", device["name"], "up")

    @contextlib.contextmanager
    def on(self, host: int) -> Iterator[None]:
        """Sockets that this thread opens meanwhile are that host's, for good."""
        assert threading.current_thread() is threading.main_thread()
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.space(host)}") as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def drop(self, host: int, senders: list[int], what: str = "") -> None:
        """The host takes nothing from these senders any more; `what`: only this, in nftables' words ("meta l4proto udp").
        Replaces what was dropped before."""
        rules = "".join(f"ip saddr {address(sender)} {what} drop\n" for sender in senders)
        table = f"flush ruleset\ntable inet cut {{ chain in {{ type filter hook input priority 0; policy accept;\n{rules}}}\n}}\n"
        run(*self.inside(host), "nft", "-f", "-", stdin=table)

    def heal(self) -> None:
        for host in self.hosts:
            run(*self.inside(host), "nft", "flush", "ruleset")

    def close(self) -> None:
        if self._weather:
            self._weather.stdin.close()
            self._weather.stdout.close()
            self._weather.wait()
        for space in reversed(self._spaces):
            for pid in run("ip", "netns", "pids", space).split():
                os.kill(int(pid), signal.SIGKILL)
            run("ip", "netns", "del", space)
        self._spaces.clear()


def _enter(namespace: int) -> None:
    if LIBC.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class AdminOn(Admin):
    """The admin pages of a beacon on another host's loopback."""

    def __init__(self, lab: NetLab, host: int, port: int):
        super().__init__(port)
        self._lab, self._on = lab, host

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        with self._lab.on(self._on):
            return super().request(method, path, headers, body)


class NetFleet(Fleet):
    """A fleet whose beacon i runs on host i; hosts past `count` have none. `bind`: what each binds, its own address if none
    is given."""

    def __init__(
        self, lab: NetLab, *arguments: str, bind: str | None = None, peers: dict[int, list[str]] | None = None,
        count: int | None = None,
    ):  # fmt: skip
        self.lab, self._bind, self._peers = lab, bind, peers
        super().__init__(count or len(lab.hosts), *arguments)

    def start(self, i: int, *arguments: str, peers: list[str] | None = None, wait: bool = True) -> Beacon:
        if peers is None:
            peers = self._peers[i] if self._peers else [f"{address(j)}:{DATA_PORT}" for j in self.ids if j != i]
        if not self.key_file(i).exists():
            self.write_keys(i, self.key)
        bound = self._bind or address(i)
        beacon = Beacon(
            "--beacon-id", str(i), "--shards", "1", "--punch-whitelist", "*",
            "--gossip-addr", f"[{bound}]:{CONTROL_PORT}" if ":" in bound else f"{bound}:{CONTROL_PORT}", "--fleet-key-file", str(self.key_file(i)),
            "--peers", ",".join(peers), *self.arguments, *arguments,
            host=bound, port=DATA_PORT, prefix=self.lab.inside(i), wait=False,
        )  # fmt: skip
        self.beacons[i] = beacon
        beacon.admin = AdminOn(self.lab, i, beacon.admin.port)
        if wait:
            beacon.wait_ready()
        return beacon

    def client(self, i: int, on: int | None = None, network: int = 77) -> Client:
        """A client of beacon i: on its host, or on another one."""
        host = on or i
        with self.lab.on(host):
            client = Client(address(i, network), DATA_PORT, address(host, network))
        self.beacons[i]._clients.append(client)
        return client

    def move(self, i: int, on: int, node: int, seconds: float = 3.0) -> Client:
        """Registers a node at beacon i from another host: datagrams get lost on that way, and are sent again."""
        client = self.client(i, on)

        def answered() -> bool:
            client.send(wire.discover(node))
            return client.receive(0.2) == wire.discover_reply(*client.endpoint)

        eventually(answered, seconds, f"beacon {i} answers node {node}")
        return client

    def ever(self, states: set[str], of: set[int]) -> list[dict]:
        """Events that say that one of these members came into one of these states, at any beacon."""
        return [
            event
            for i in self.beacons
            for event in self.events(i, "member")
            if event["state"] in states and int(event["beacon"]) in of
        ]
