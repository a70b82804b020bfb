"""A scripted node daemon, as protocol.md §9 describes one: the beacon's view of a real daemon, and no more.

    python3 daemon.py NODE PORT BEACON_IP BEACON_PORT

Reads commands from standard input and writes events to standard output, one JSON object a line. Ends with its input.

It takes 04, 06 and 0A from the beacon's exact address only; it answers a command 04 with three `PILP` to the address
in it. To reach a peer it asks for a punch and then sends five direct probes, 200 ms apart; a peer that answers one is
reached directly, any other through the relay.
"""

import json
import select
import socket
import sys
import time

import wire

PROBES, PROBE_SECONDS = 5, 0.2
DIRECT = b"PILT"
"""Direct frames of this script: PILT, a kind (`?` probe, `!` answer, `=` data), the sender's id, the payload."""


class Daemon:
    def __init__(self, node: int, port: int, beacon: tuple[str, int]):
        self.node, self.beacon = node, beacon
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("0.0.0.0", port))
        self.direct: dict[int, tuple[str, int]] = {}
        """Peers that answered a direct probe, and from where."""
        self.trying: dict[int, "Attempt"] = {}

    def tell(self, event: str, **fields: object) -> None:
        print(json.dumps({"event": event, **fields}), flush=True)

    def send(self, data: bytes, to: tuple[str, int] | None = None) -> None:
        try:
            self.socket.sendto(data, to or self.beacon)
        except OSError as error:
            self.tell("error", text=str(error))

    # Commands.

    def obey(self, command: dict) -> None:
        match command["command"]:
            case "discover":
                self.send(wire.discover(command["node"]))
            case "claim":  # an attacker's: the two ways to claim an id
                self.send(wire.discover(command["node"]))
                self.send(wire.punch_request(command["node"], command["target"]))
            case "poke":
                self.send(command["payload"].encode(), tuple(command["address"]))
            case "reach":
                self.trying[command["peer"]] = Attempt(time.monotonic())
                self.send(wire.punch_request(self.node, command["peer"]))
            case "send":
                self.deliver(command["peer"], command["payload"].encode())

    def deliver(self, peer: int, payload: bytes) -> None:
        if peer in self.direct:
            self.send(DIRECT + b"=" + wire.u32(self.node) + payload, self.direct[peer])
        else:
            self.send(wire.relay(self.node, peer, payload))

    # Datagrams.

    def read(self) -> None:
        data, source = self.socket.recvfrom(65_535)
        if source == self.beacon:
            self.from_beacon(data)
        elif data == wire.PROOF:
            self.tell("punched", source=source)
        elif data.startswith(DIRECT) and len(data) >= 9:
            self.from_peer(data[4:5], int.from_bytes(data[5:9], "big"), data[9:], source)
        else:
            self.tell("stray", source=source, data=data.hex())

    def from_beacon(self, data: bytes) -> None:
        match data[:1]:
            case b"\x02":
                self.tell("reply", address=wire.parse_endpoint(data[1:]))
            case b"\x04":
                self.punched(wire.parse_endpoint(data[1:]))
            case b"\x06":
                sender = int.from_bytes(data[1:5], "big")
                self.tell("delivered", sender=sender, payload=data[5:].decode(), path="relay")
            case b"\x0a":
                self.tell("notified")

    def punched(self, address: tuple[str, int]) -> None:
        """A command: three PILP to the address, whether it is a peer's or, as a liveness probe, the beacon's own."""
        for _ in range(3):
            self.send(wire.PROOF, address)
        if address == self.beacon:
            self.tell("probed")
            return
        self.tell("commanded", address=address)  # a command does not say whose address it carries
        for attempt in self.trying.values():
            attempt.address = address

    def from_peer(self, kind: bytes, peer: int, payload: bytes, source: tuple[str, int]) -> None:
        if kind == b"?":
            self.send(DIRECT + b"!" + wire.u32(self.node), source)
        elif kind == b"!" and peer in self.trying:
            del self.trying[peer]
            self.direct[peer] = source
            self.tell("path", peer=peer, kind="direct", address=source)
        elif kind == b"=":
            self.tell("delivered", sender=peer, payload=payload.decode(), path="direct")

    # Time.

    def probe(self, now: float) -> None:
        """Sends the direct probes that are due, and gives up on peers that answered none."""
        for peer, attempt in list(self.trying.items()):
            if now < attempt.next:
                continue
            if attempt.sent == PROBES:
                del self.trying[peer]
                self.tell("path", peer=peer, kind="relay")
                continue
            if attempt.address:
                self.send(DIRECT + b"?" + wire.u32(self.node), attempt.address)
            attempt.sent += 1
            attempt.next = now + PROBE_SECONDS

    def run(self) -> None:
        pending = b""
        while True:
            due = min((attempt.next for attempt in self.trying.values()), default=None)
            timeout = None if due is None else max(0.0, due - time.monotonic())
            ready = select.select([self.socket, sys.stdin], [], [], timeout)[0]
            if self.socket in ready:
                self.read()
            if sys.stdin in ready:
                chunk = sys.stdin.buffer.raw.read(65_536)
                if not chunk:
                    return
                *lines, pending = (pending + chunk).split(b"\n")
                for line in lines:
                    self.obey(json.loads(line))
            self.probe(time.monotonic())


class Attempt:
    """Reaching a peer: how many probes went out, when the next is due, and where to once a command has said so."""

    def __init__(self, now: float):
        self.sent, self.next = 0, now
        self.address: tuple[str, int] | None = None


if __name__ == "__main__":
    own, port, ip, beacon_port = sys.argv[1:5]
    Daemon(int(own), int(port), (ip, int(beacon_port))).run()
