"""A scripted registry (protocol.md §7), over plain TCP or TLS."""

import json
import queue
import socket
import ssl
import struct
import threading

REGISTERED = {"type": "beacon_register_ok", "beacon_id": 7}
REFUSED = {"type": "error", "error": "admin token required"}
MAXIMUM_MESSAGE = 64 << 20
LIST_REQUEST = bytes.fromhex("000000167b2274797065223a22626561636f6e5f6c697374227d")


def framed(value: object) -> bytes:
    """A value as the registry frames it; the keys are in alphabetical order and nothing is between them."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    return struct.pack("!I", len(text)) + text


def listing(*beacons: object) -> dict:
    return {"type": "beacon_list_ok", "beacons": list(beacons)}


def entry(beacon: int, address: object) -> dict:
    return {"id": beacon, "addr": address if isinstance(address, str) else f"{address.ip}:{address.port}"}


class Registry:
    """Answers the messages of each connection with `replies` in turn; a reply None leaves the beacon waiting. Every
    message, as it was on the wire, is in `messages`. With `tls` it speaks that, and nothing is in `messages` that did
    not come through it."""

    def __init__(self, listener: socket.socket, *replies: object, tls: ssl.SSLContext | None = None):
        self.listener = listener
        self.tls = tls
        self.replies = replies
        self.messages: queue.Queue[bytes] = queue.Queue()
        self.connections = 0
        self.surplus: list[bytes] = []
        """What came after the last reply, where the beacon should have ended the connection."""
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def address(self) -> str:
        host, port = self.listener.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def message(self, seconds: float = 5) -> bytes:
        return self.messages.get(timeout=seconds)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for connection in self._open:
            connection.close()
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(5)
            try:
                # Takes the descriptor over: what it was in is closed by that, also when the handshake fails.
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
                self._answer(connection)
            except OSError:
                pass

    def _answer(self, connection: socket.socket) -> None:
        for reply in self.replies:
            head = self._read(connection, 4)
            length = struct.unpack("!I", head)[0]
            if length > MAXIMUM_MESSAGE:
                connection.shutdown(socket.SHUT_RDWR)
                raise OSError("the message is too long")
            self.messages.put(head + self._read(connection, length))
            if reply is None:
                return
            connection.sendall(framed(reply))
        if more := connection.recv(65_536):
            self.surplus.append(more)

    @staticmethod
    def _read(connection: socket.socket, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = connection.recv(count - len(data))
            if not more:
                raise OSError("the beacon closed the connection")
            data += more
        return data


def state(beacon) -> dict:
    """What `/stats` says of the registry."""
    return beacon.admin.stats().document["registry"]


def peers(beacon) -> dict[str, dict]:
    return {peer["address"]: peer for peer in beacon.admin.get("/peers").json()["peers"]}
