"""Robustness: protocol.md §12.9, one test a row, named after it."""

import os
import random
import time

import pytest

import wire
from admin import Admin, eventually
from harness import free_port, quiet


def still_serves(beacon):
    """D1 again."""
    s1 = beacon.client()
    s1.send("010000002a")
    s1.expect(f"02047f000001·{s1.port:04x}")


def settled(beacon, sent):
    """All `sent` datagrams came in, and each has exactly one outcome."""

    def balanced():
        stats = beacon.admin.stats()
        assert stats.received == stats.outcomes
        assert stats.received == sent, f"{stats.received} of {sent} received"
        return True

    eventually(balanced, seconds=10, what="received = answered + forwarded + dropped")


def test_X1_single_bytes_and_unknown_types(beacon):
    s1 = beacon.client()
    datagrams = [bytes([byte]) for byte in range(256)] + [b""]
    datagrams += [bytes([kind]) + bytes(length) for kind in range(0x0B, 0x10) for length in (4, 40, 400)]
    for datagram in datagrams:
        s1.send(datagram)
    quiet(s1)
    still_serves(beacon)
    settled(beacon, len(datagrams) + 1)
    assert beacon.admin.stats().dropped["empty"] == 1


@pytest.mark.parametrize(
    "datagram",
    [
        b"\x07" + wire.u32(99) + b"\xff\xff",
        *(wire.punch_request(10, 20, bytes(size)) for size in (71, 72, 136)),
    ],
    ids=["07 without its ids", "03 and 71 bytes", "03 and 72 bytes", "03 and 136 bytes"],
)
def test_X3_lengths_that_lie(beacon, datagram):
    s1 = beacon.client()
    s1.send(datagram)
    quiet(s1)
    still_serves(beacon)
    settled(beacon, 2)


def test_X3_a_hundred_thousand_random_datagrams(beacon):
    """Each received datagram ends in exactly one counted outcome. A Discover after every hundred keeps the sender from
    overrunning the socket, so that all of them count."""
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    dice = random.Random(seed)
    noise, probe = beacon.clients(2)
    pool = dice.randbytes(1 << 20)
    for number in range(100_000):
        length = dice.randrange(0, 2_049)
        start = dice.randrange(0, len(pool) - length)
        noise.send(pool[start : start + length])
        if number % 100 == 99:
            probe.register(0x2A)
            noise.pending()
    still_serves(beacon)
    settled(beacon, 100_000 + 1_000 + 1)


def test_X3_every_type_with_random_bodies(beacon):
    """As above, but with a first byte that the beacon knows, so that the decoders behind it get the noise."""
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    dice = random.Random(seed)
    noise, probe = beacon.clients(2)
    for number in range(20_000):
        kind = dice.choice(b"\x00\x01\x03\x05\x07\x08P")
        noise.send(bytes([kind]) + dice.randbytes(dice.choice((0, 3, 4, 7, 8, 9, 19, 36, 80, 81, 500))))
        if number % 100 == 99:
            probe.register(0x2A)
            noise.pending()
    still_serves(beacon)
    settled(beacon, 20_000 + 200 + 1)


def test_X4_healthz(launch):
    port = free_port()
    beacon = launch("--health", f"127.0.0.1:{port}")
    for admin in (beacon.admin, Admin(port)):
        for _ in range(3):
            answer = admin.get("/healthz")
            assert (answer.status, answer.body) == (200, b"ok")
    assert Admin(port).get("/stats").status == 404, "the health listener serves nothing else"


def test_X6_relays_work_right_after_a_restart(launch):
    first = launch()
    first.client().register(20)
    assert first.stop() == 0
    again = launch(port=first.port)
    s1, s2 = again.clients(2)
    s1.send(wire.relay(10, 20, b"lost"))
    again.admin.dropped("unknown_destination", 1)
    s2.register(20)
    s1.send(wire.relay(10, 20, b"x"))
    s2.expect(wire.deliver(10, b"x"))


def test_X7_notify(beacon):
    s1 = beacon.client()
    s1.register(20)
    assert beacon.admin.request("POST", "/nodes/99/notify").status == 404
    start = time.monotonic()
    statuses = [beacon.admin.request("POST", "/nodes/20/notify").status for _ in range(20)]
    assert statuses == [200] * 20
    assert time.monotonic() - start < 1, "too slow to tell the limit"
    s1.expect("0a01")
    quiet(s1)
    while s1.receive(0.1) is None:
        assert time.monotonic() - start < 3
        assert beacon.admin.request("POST", "/nodes/20/notify").status == 200
    assert time.monotonic() - start >= 0.9
