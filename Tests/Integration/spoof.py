"""Datagrams with a forged source address, for loopback and network namespaces. Needs CAP_NET_RAW."""

import socket
import struct


def send_spoofed(source: tuple[str, int], target: tuple[str, int], payload: bytes) -> None:
    """Sends one IPv4 UDP datagram to `target` that says it comes from `source`.

    The UDP checksum is 0, "not computed" (RFC 768); the kernel fills in the IPv4 one (raw(7)).
    """
    udp = struct.pack("!HHHH", source[1], target[1], 8 + len(payload), 0)
    ip = struct.pack(
        "!BBHHHBBH4s4s",
        0x45,
        0,
        20 + len(udp) + len(payload),
        0,
        0,
        64,
        socket.IPPROTO_UDP,
        0,
        socket.inet_aton(source[0]),
        socket.inet_aton(target[0]),
    )
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(ip + udp + payload, (target[0], 0))
