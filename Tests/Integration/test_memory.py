"""No state grows with what strangers send. BEACON_FLOOD_SECONDS=600 for the figure in the README."""

import os
import random
import socket
import struct
import time

import wire
from admin import eventually
from harness import resident

STUN = bytes.fromhex("000100002112a442") + bytes(12)


def flood(endpoint: tuple[str, int], seconds: float, dice: random.Random) -> int:
    """Every kind of message, each few from another loopback address and port, under random ids."""
    sent, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        source = f"127.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(1, 255)}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind((source, 0))
            node, other = dice.randrange(2**32), dice.randrange(2**32)
            sync = struct.pack("!BIH", 7, node, 50) + dice.randbytes(200)
            for message in (
                wire.discover(node), wire.relay(node, other, b"x" * 100), wire.relay(other, node, b"y" * 1200),
                struct.pack("!BII", 3, node, other), STUN, sync, b"PILP", dice.randbytes(dice.randrange(64)),
            ):
                client.sendto(message, endpoint)
                sent += 1
    return sent


def test_random_sources_grow_nothing(launch):
    """The table fills at first, and with it memory; from then on nothing more becomes resident."""
    seconds = float(os.environ.get("BEACON_FLOOD_SECONDS", "10"))
    beacon = launch("--max-nodes", "8192", "--shards", "2")
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    endpoint = ("127.0.0.1", beacon.port)
    deadline = time.monotonic() + 60
    while beacon.admin.stats().document["registration"]["refused_full"] < 30_000:
        assert time.monotonic() < deadline, "the table does not fill"
        flood(endpoint, 1, dice)
    before = resident(beacon.process.pid)
    sent = flood(endpoint, seconds, dice)
    after = resident(beacon.process.pid)
    print(f"seed {seed}: {sent} datagrams in {seconds:.0f} s, {before / 2**20:.1f} MiB before, {after / 2**20:.1f} MiB after")
    assert after <= before * 1.05
    eventually(lambda: (stats := beacon.admin.stats()).received == stats.outcomes, what="received = answered + forwarded + dropped")
