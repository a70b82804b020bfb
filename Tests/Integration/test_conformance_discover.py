"""Discover: protocol.md §12.2, one test a row, named after it."""

import socket
import time

import pytest

import wire
from harness import arrivals, quiet


def test_D1_reply_carries_the_observed_address(beacon):
    s1 = beacon.client()
    s1.send("010000002a")
    s1.expect(f"02047f000001·{s1.port:04x}")


@pytest.mark.parametrize("runt", ["01000000", "01", "08", "080000"])
def test_D2_runts_are_not_answered(beacon, runt):
    s1 = beacon.client()
    s1.send(runt)
    quiet(s1)
    beacon.admin.dropped("runt", 1)


def test_D3_trailing_bytes_are_ignored(beacon):
    s1 = beacon.client()
    s1.send(wire.discover(0x2B, bytes(15)))
    s1.expect(wire.discover_reply(*s1.endpoint))


def test_D5_discover_ex_is_answered_like_discover(beacon):
    s1 = beacon.client()
    s1.send("080000002d")
    s1.expect(wire.discover_reply(*s1.endpoint))


def test_D6_ipv6(launch):
    s1 = launch(host="::1").client()
    s1.send("010000002e")
    s1.expect(f"0210·{'00' * 15}01·{s1.port:04x}")


def test_D8_a_live_owner_keeps_its_id(beacon):
    """Ours: both are answered at once, the owner proves that it lives and keeps the id for as long as it does."""
    owner, claimant, sender = beacon.clients(3)
    owner.register(0x2F)
    claimant.register(0x2F)
    takers = [client for _, client in arrivals(sender, 0x2F, [owner, claimant], seconds=1.2)]
    assert len(takers) >= 15 and set(takers) == {owner}
    assert len(owner.probes) >= 1 and claimant.probes == []


def test_D8_a_contested_claim_is_ignored_for_a_while(beacon):
    """Ours: who has just lost a claim is answered, but does not make the beacon probe the owner again and again."""
    owner, claimant, sender = beacon.clients(3)
    owner.register(0x2F)
    claimant.register(0x2F)
    assert all(client is owner for _, client in arrivals(sender, 0x2F, [owner, claimant], seconds=0.8))
    answered = len(owner.probes)
    claimant.register(0x2F)
    assert all(client is owner for _, client in arrivals(sender, 0x2F, [owner, claimant], seconds=0.8))
    assert 1 <= len(owner.probes) == answered


def test_D8_a_silent_owner_loses_its_id_after_half_a_second(beacon):
    """Ours: three probes at 0, 150 and 300 ms; 500 ms of silence, and the claimant has the id."""
    owner, claimant, sender = beacon.clients(3)
    owner.alive = False
    owner.register(0x30)
    claimed = time.monotonic()
    claimant.register(0x30)
    takers = []
    for elapsed, client in arrivals(sender, 0x30, [owner, claimant], seconds=3.0):
        takers.append(client)
        if client is claimant:
            break
    assert takers[0] is owner and takers[-1] is claimant
    assert 0.4 <= time.monotonic() - claimed <= 1.0
    assert len(owner.probes) == 3
    assert 0.2 <= owner.probes[2] - owner.probes[0] <= 0.6


def test_D8_last_claim_of_id_zero_wins_at_once(beacon):
    """Every starting daemon claims id 0: no probe, no contest."""
    first, second, sender = beacon.clients(3)
    first.register(0)
    second.register(0)
    sender.send(wire.relay(7, 0, b"x"))
    second.expect(wire.deliver(7, b"x"))
    quiet(first)
    assert first.probes == [] and second.probes == []


def test_D8_under_reference_rules_the_entry_stays(launch):
    """--registration reference: as in the table; nobody is probed."""
    beacon = launch("--registration", "reference", "--punch-whitelist", "127.0.0.1")
    s1, s2, sender = beacon.clients(3)
    s1.alive = False
    s1.register(0x2F)
    s2.register(0x2F)
    assert all(client is s1 for _, client in arrivals(sender, 0x2F, [s1, s2], seconds=1.2))
    assert s1.probes == []


@pytest.mark.slow
def test_D9_under_reference_rules_the_id_moves_after_thirty_seconds(launch):
    beacon = launch("--registration", "reference")
    s1, s2, sender = beacon.clients(3)
    s1.register(0x2F)
    registered = time.monotonic()
    while time.monotonic() - registered < 30.5:
        s2.register(0x2F)
        quiet(s1, s2, seconds=0.5)
    sender.send(wire.relay(7, 0x2F, b"x"))
    s2.expect(wire.deliver(7, b"x"))
    quiet(s1)


def test_D9_a_silent_owner_is_replaced_long_before_thirty_seconds(beacon):
    """Ours: a node whose NAT mapping changed is followed without the 30 s rule."""
    old, new, sender = beacon.clients(3)
    old.alive = False
    old.register(0x31)
    new.register(0x31)
    assert any(client is new for _, client in arrivals(sender, 0x31, [old, new], seconds=1.0))


def test_D10_an_address_in_the_payload_means_nothing(beacon):
    s1, s2, sender = beacon.clients(3)
    s1.send(wire.discover(0x32, socket.inet_aton("127.0.0.1") + s2.port.to_bytes(2, "big")))
    s1.expect(wire.discover_reply(*s1.endpoint))
    sender.send(wire.relay(7, 0x32, b"x"))
    s1.expect(wire.deliver(7, b"x"))
    quiet(s2)


def test_D12_one_source_may_register_a_thousand_ids(beacon):
    """A thousand Discovers at once from one socket: a thousand replies, there is no limit per source."""
    s1 = beacon.client()
    for node in range(1_000):
        s1.send(wire.discover(1_000 + node))
    for _ in range(1_000):
        s1.expect(wire.discover_reply(*s1.endpoint))
    quiet(s1)


@pytest.mark.parametrize("grants", [(), ("--require-punch-token",)], ids=["grants off", "grants on"])
def test_D13_an_unknown_id_is_accepted_from_anyone(launch, grants):
    beacon = launch(*grants)
    s3, sender = beacon.clients(2)
    s3.register(0x33)
    sender.send(wire.relay(7, 0x33, b"x"))
    s3.expect(wire.deliver(7, b"x"))
