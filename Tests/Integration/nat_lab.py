"""A small internet in network namespaces: a beacon in public, two nodes behind NAT routers of their own, a stranger.

                       public  203.0.113.10   beacon
                     ┌────┴─ bridge ───────┬──────────────┐
       203.0.113.1   │       203.0.113.2   │              │ 203.0.113.66
                   nat-a                 nat-b         stranger
          10.0.1.1   │          10.0.2.1   │
                     │                     │
          10.0.1.2 node-a     10.0.2.2  node-b

The routers are nftables: masquerade, and a forward policy that lets in only what answers something that went out. What
comes in for nobody is dropped before conntrack keeps it, as home routers do: otherwise it would occupy the port that
the node's own packet is about to need.

* `Nat.PORT_PRESERVING`: a node keeps its source port, so that two of them can punch by opening at once.
* `Nat.SYMMETRIC`: each destination sees another random port, so that the address the beacon saw is of no use to others.

Namespaces are named after this process, so that labs do not meet; `close` removes them and whatever runs in them.
"""

import collections
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

BEACON_IP, BEACON_PORT = "203.0.113.10", 9001
STRANGER_IP = "203.0.113.66"
PUBLIC_IP = {"a": "203.0.113.1", "b": "203.0.113.2"}
INSIDE = {"a": "10.0.1", "b": "10.0.2"}
DAEMON = Path(__file__).with_name("daemon.py")


class Nat(Enum):
    PORT_PRESERVING = "masquerade"
    SYMMETRIC = "masquerade random,fully-random"
    REBOUND = "ip protocol udp masquerade to :50000-50999"
    """Port-preserving until a moment ago: what was mapped is forgotten, and new mappings get new ports."""


RULES = """
flush ruleset
table inet router {{
  chain translate {{
    type nat hook postrouting priority srcnat
    oifname "wan" {masquerade}
  }}
  chain pass {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan" oifname "wan" accept
  }}
  chain own {{
    type filter hook input priority filter; policy accept;
    iifname "wan" ct state established,related accept
    iifname "wan" drop
  }}
}}
"""


def run(*command: str, stdin: str | None = None) -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class NatLab:
    def __init__(self, nat_a: Nat = Nat.PORT_PRESERVING, nat_b: Nat = Nat.PORT_PRESERVING):
        self._prefix = f"lab{os.getpid()}"
        self._spaces: list[str] = []
        self._daemons: list[Daemon] = []
        try:
            for name in ("public", "stranger", "nat-a", "nat-b", "node-a", "node-b"):
                self._add(name)
            self._public()
            for side, nat in (("a", nat_a), ("b", nat_b)):
                self._router(side, nat)
        except BaseException:
            self.close()
            raise

    def space(self, name: str) -> str:
        return f"{self._prefix}-{name}"

    def inside(self, name: str) -> tuple[str, ...]:
        """The words to put before a command, so that it runs in that namespace."""
        return ("ip", "netns", "exec", self.space(name))

    def _add(self, name: str) -> None:
        run("ip", "netns", "add", self.space(name))
        self._spaces.append(name)
        run("ip", "-n", self.space(name), "link", "set", "lo", "up")

    def _public(self) -> None:
        public = self.space("public")
        run("ip", "-n", public, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", public, "addr", "add", f"{BEACON_IP}/24", "dev", "bridge")
        run("ip", "-n", public, "link", "set", "bridge", "up")
        self._plug("stranger", "wan", STRANGER_IP)

    def _plug(self, name: str, device: str, ip: str) -> None:
        """Connects a namespace to the public bridge."""
        public, space, port = self.space("public"), self.space(name), f"to-{name}"
        run("ip", "-n", public, "link", "add", port, "type", "veth", "peer", "name", device, "netns", space)
        run("ip", "-n", public, "link", "set", port, "master", "bridge", "up")
        run("ip", "-n", space, "addr", "add", f"{ip}/24", "dev", device)
        run("ip", "-n", space, "link", "set", device, "up")

    def _router(self, side: str, nat: Nat) -> None:
        router, node, net = self.space(f"nat-{side}"), self.space(f"node-{side}"), INSIDE[side]
        self._plug(f"nat-{side}", "wan", PUBLIC_IP[side])
        run("ip", "-n", router, "link", "add", "lan", "type", "veth", "peer", "name", "lan", "netns", node)
        run("ip", "-n", router, "addr", "add", f"{net}.1/24", "dev", "lan")
        run("ip", "-n", router, "link", "set", "lan", "up")
        run("ip", "-n", node, "addr", "add", f"{net}.2/24", "dev", "lan")
        run("ip", "-n", node, "link", "set", "lan", "up")
        run("ip", "-n", node, "route", "add", "default", "via", f"{net}.1")
        run(*self.inside(f"nat-{side}"), "sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.translate(side, nat)

    def translate(self, side: str, nat: Nat) -> None:
        """Gives the router of a side these rules; what it had mapped before is forgotten."""
        router = self.inside(f"nat-{side}")
        run(*router, "nft", "-f", "-", stdin=RULES.format(masquerade=nat.value))
        run(*router, "conntrack", "-F")

    def daemon(self, name: str, node: int, port: int = 4_000) -> "Daemon":
        daemon = Daemon(self.inside(name), node, port)
        self._daemons.append(daemon)
        return daemon

    def close(self) -> None:
        for daemon in self._daemons:
            daemon.close()
        for name in reversed(self._spaces):
            for pid in run("ip", "netns", "pids", self.space(name)).split():
                os.kill(int(pid), signal.SIGKILL)
            run("ip", "netns", "del", self.space(name))
        self._spaces.clear()


class Daemon:
    """A scripted daemon (daemon.py) in a namespace: commands out, events in, both JSON lines."""

    def __init__(self, prefix: tuple[str, ...], node: int, port: int):
        self.node = node
        self.events: list[dict[str, Any]] = []
        self._fresh: queue.Queue[dict[str, Any]] = queue.Queue()
        self._process = subprocess.Popen(
            [*prefix, sys.executable, str(DAEMON), str(node), str(port), BEACON_IP, str(BEACON_PORT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            self._fresh.put(json.loads(line))

    def tell(self, command: str, **fields: Any) -> None:
        self._process.stdin.write(json.dumps({"command": command, **fields}) + "\n")
        self._process.stdin.flush()

    def wait(
        self, event: str, seconds: float = 5.0, matching: Callable[[dict], bool] = lambda _: True
    ) -> dict[str, Any]:
        """The next event of that name; the others that come before it are kept in `events`."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = self._fresh.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                seen = dict(collections.Counter(seen["event"] for seen in self.events))
                raise AssertionError(f"node {self.node}: no {event} within {seconds} s; saw {seen}") from None
            self.events.append(found)
            if found["event"] == event and matching(found):
                return found

    def collect(self) -> list[dict[str, Any]]:
        """Everything so far."""
        while not self._fresh.empty():
            self.events.append(self._fresh.get_nowait())
        return self.events

    def start(self) -> tuple[str, int]:
        """What a daemon does first: Discover with id 0, then with its own. The address that the beacon saw."""
        self.tell("discover", node=0)
        self.wait("reply")
        return self.discover()

    def discover(self) -> tuple[str, int]:
        self.tell("discover", node=self.node)
        return tuple(self.wait("reply")["address"])

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
