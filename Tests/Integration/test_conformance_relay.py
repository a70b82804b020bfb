"""Relay: protocol.md §12.5, one test a row, named after it."""

import struct
import time

import pytest

import wire
from admin import eventually
from harness import quiet


def test_R1_a_frame_is_delivered(beacon):
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.register(20)
    s1.send("050000000a0000001468656c6c6f2066726f6d206e6f6465203130")
    s2.expect("060000000a68656c6c6f2066726f6d206e6f6465203130")
    quiet(s1, s2)


def test_R2_a_node_that_asked_for_the_destination_gets_it(beacon):
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.send("0800000014")
    s2.expect(wire.discover_reply(*s2.endpoint))
    s1.send("050000000a0000001468656c6c6f2066726f6d206e6f6465203130")
    s2.expect("090000000a0000001468656c6c6f2066726f6d206e6f6465203130")


def test_R4_an_empty_payload_is_legal(beacon):
    s1, s2 = beacon.clients(2)
    s2.register(20)
    s1.send("050000000a00000014")
    s2.expect("060000000a")


@pytest.mark.parametrize("runt", ["05", "050000000a", "050000000a000000"])
def test_R5_runts_are_dropped(beacon, runt):
    s1, s2 = beacon.clients(2)
    s2.register(20)
    s1.send(runt)
    quiet(s1, s2)
    beacon.admin.dropped("runt", 1)


def test_R6_an_unknown_destination_is_counted(beacon):
    s1, s2 = beacon.clients(2)
    s2.register(20)
    for _ in range(20):
        s1.send(wire.relay(0x0BAD1, 0xFFFFFFFF, bytes(32)))
    quiet(s1, s2)
    beacon.admin.dropped("unknown_destination", 20)


@pytest.mark.parametrize("sender", [0xABCDEF, 0], ids=["not registered", "zero"])
def test_R7_any_sender_id_is_delivered(beacon, sender):
    s1, s2 = beacon.clients(2)
    s2.register(20)
    s1.send(wire.relay(sender, 20, b"x"))
    s2.expect(wire.deliver(sender, b"x"))


def test_R8_a_sender_id_says_nothing_about_its_owner(beacon):
    s1, s2, s3 = beacon.clients(3)
    s1.register(10)
    s2.register(20)
    s3.send(wire.relay(10, 20, b"as 10"))
    s2.expect(wire.deliver(10, b"as 10"))
    s2.send(wire.relay(20, 10, b"to 10"))
    s1.expect(wire.deliver(20, b"to 10"))
    quiet(s3)


@pytest.mark.parametrize("size", [1, 1_200, 1_472, 8_000, 65_498])
def test_R10_a_payload_of_any_size_stays_whole(beacon, size):
    """65,498 bytes is the largest payload that a frame over UDP/IPv4 can hold."""
    s1, s2 = beacon.clients(2)
    s2.register(20)
    payload = bytes(i * 31 & 0xFF for i in range(size))
    s1.send(wire.relay(10, 20, payload))
    s2.expect(wire.deliver(10, payload))
    quiet(s2)


def test_R11_each_destination_gets_its_frames_in_order(beacon):
    """600 numbered frames to 20 and 600 to 21, interleaved; the receivers are read between bursts of 100."""
    s1, s2, s3 = beacon.clients(3)
    s2.register(20)
    s3.register(21)
    for burst in range(0, 600, 50):
        for number in range(burst, burst + 50):
            for dest in (20, 21):
                s1.send(wire.relay(10, dest, struct.pack("!II", dest, number)))
        for number in range(burst, burst + 50):
            s2.expect(wire.deliver(10, struct.pack("!II", 20, number)))
            s3.expect(wire.deliver(10, struct.pack("!II", 21, number)))
    quiet(s2, s3)


def test_R12_a_source_has_one_budget_and_others_do_not_suffer(beacon):
    """3 × 4,000 frames from one socket under changing sender ids. The budget belongs to the source address: 4,000 a
    second and a burst of at most as many again. Another socket's frame is delivered meanwhile."""
    flood, bystander, s2, s3 = beacon.clients(4)
    s2.register(20)
    s3.register(21)
    start = time.monotonic()
    for number in range(12_000):
        flood.send(wire.relay(number, 20, b"flood"))
        if number == 8_000:
            bystander.send(wire.relay(1, 21, b"calm"))
    elapsed = time.monotonic() - start
    s3.expect(wire.deliver(1, b"calm"))

    def settled():
        stats = beacon.admin.stats()
        overflows = stats.document["sockets"]["overflows"]
        return stats if stats.received + overflows == 12_000 + 1 + 2 else None

    stats = eventually(settled, what="all frames received")
    delivered = stats.forwarded["deliver"] - 1
    assert elapsed < 1.5, "too slow to exceed the budget by much"
    assert 4_000 <= delivered <= 4_000 + 4_000 * elapsed + 100
    assert stats.dropped["relay_rate"] == stats.received - delivered - 3 > 0
    assert len(s2.pending()) <= delivered
