"""STUN messages (RFC 8489), built and read byte by byte."""

import os
import socket
import struct
import zlib
from dataclasses import dataclass

COOKIE = 0x2112A442
BINDING_REQUEST, BINDING_INDICATION, ALLOCATE_REQUEST = 0x0001, 0x0011, 0x0003
BINDING_SUCCESS, BINDING_ERROR = 0x0101, 0x0111
USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES = 0x0006, 0x0008, 0x0009, 0x000A
XOR_MAPPED_ADDRESS, PRIORITY, USE_CANDIDATE = 0x0020, 0x0024, 0x0025
SOFTWARE, FINGERPRINT, ICE_CONTROLLED = 0x8022, 0x8028, 0x8029
CHANGE_REQUEST = 0x0003
MESSAGE_INTEGRITY_SHA256 = 0x001C


def attribute(kind: int, value: bytes = b"") -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def message(
    kind: int = BINDING_REQUEST,
    *attributes: bytes,
    transaction: bytes | None = None,
    cookie: int = COOKIE,
    fingerprint: bool = False,
) -> bytes:
    body = b"".join(attributes)
    length = len(body) + (8 if fingerprint else 0)
    head = struct.pack("!HHI", kind, length, cookie) + (transaction or os.urandom(12))
    whole = head + body
    return whole + attribute(FINGERPRINT, struct.pack("!I", crc(whole))) if fingerprint else whole


def crc(before: bytes) -> int:
    """RFC 8489 §14.7, over everything before the FINGERPRINT attribute, with a length that covers it."""
    return zlib.crc32(before) ^ 0x5354554E


@dataclass
class Answer:
    kind: int
    transaction: bytes
    attributes: list[tuple[int, bytes]]

    def value(self, kind: int) -> bytes:
        found = [value for name, value in self.attributes if name == kind]
        assert len(found) == 1, f"{len(found)} attributes {kind:#06x}"
        return found[0]

    @property
    def mapped(self) -> tuple[str, int]:
        """XOR-MAPPED-ADDRESS (RFC 8489 §14.2)."""
        _, family, port = struct.unpack("!BBH", self.value(XOR_MAPPED_ADDRESS)[:4])
        mask = struct.pack("!I", COOKIE) + self.transaction
        packed = bytes(a ^ b for a, b in zip(self.value(XOR_MAPPED_ADDRESS)[4:], mask))
        return socket.inet_ntop({1: socket.AF_INET, 2: socket.AF_INET6}[family], packed), port ^ COOKIE >> 16


def parse(data: bytes) -> Answer:
    """Reads a message strictly: any length that does not fit is an error."""
    kind, length, cookie = struct.unpack("!HHI", data[:8])
    assert cookie == COOKIE and length == len(data) - 20 and length % 4 == 0, data.hex()
    attributes, at = [], 20
    while at < len(data):
        name, size = struct.unpack("!HH", data[at : at + 4])
        assert at + 4 + size <= len(data), data.hex()
        if name == FINGERPRINT:
            assert struct.unpack("!I", data[at + 4 : at + 8])[0] == crc(data[:at]), "FINGERPRINT of the answer"
        attributes.append((name, data[at + 4 : at + 4 + size]))
        at += 4 + size + (-size % 4)
    return Answer(kind, data[8:20], attributes)
