"""The bytes between nodes and a beacon: the message types of the data plane, as the tests write and read them.

Numbers are big-endian. `endpoint` is the length-prefixed address that replies 02 and commands 04 carry.
"""

import socket
import struct
from collections.abc import Iterable

PROOF = b"PILP"
"""What a daemon sends, three times, to the address in a punch command: proof that it lives."""


def u32(value: int) -> bytes:
    return struct.pack("!I", value)


def endpoint(ip: str, port: int) -> bytes:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    packed = socket.inet_pton(family, ip)
    return bytes([len(packed)]) + packed + struct.pack("!H", port)


def parse_endpoint(data: bytes) -> tuple[str, int]:
    """The address of a reply 02 or a command 04, given without its type byte."""
    length = data[0]
    if length not in (4, 16) or len(data) != length + 3:
        raise ValueError(f"not an endpoint: {data.hex()}")
    family = socket.AF_INET if length == 4 else socket.AF_INET6
    return socket.inet_ntop(family, data[1 : 1 + length]), struct.unpack("!H", data[1 + length :])[0]


def discover(node: int, trailer: bytes = b"") -> bytes:
    return b"\x01" + u32(node) + trailer


def discover_ex(node: int, trailer: bytes = b"") -> bytes:
    return b"\x08" + u32(node) + trailer


def discover_reply(ip: str, port: int) -> bytes:
    return b"\x02" + endpoint(ip, port)


def punch_request(requester: int, target: int, grant: bytes = b"") -> bytes:
    return b"\x03" + u32(requester) + u32(target) + grant


def punch_command(ip: str, port: int) -> bytes:
    return b"\x04" + endpoint(ip, port)


def relay(sender: int, dest: int, payload: bytes = b"") -> bytes:
    return b"\x05" + u32(sender) + u32(dest) + payload


def deliver(sender: int, payload: bytes = b"") -> bytes:
    return b"\x06" + u32(sender) + payload


def deliver_with_destination(sender: int, dest: int, payload: bytes = b"") -> bytes:
    return b"\x09" + u32(sender) + u32(dest) + payload


def sync(beacon: int, nodes: Iterable[int]) -> bytes:
    ids = list(nodes)
    return b"\x07" + u32(beacon) + struct.pack("!H", len(ids)) + b"".join(u32(node) for node in ids)
