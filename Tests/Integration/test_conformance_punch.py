"""Punch and its grants: protocol.md §12.3 and §12.4, one test a row, named after it."""

import time

import pytest

import wire
from grants import KEYED_DISCOVER, PLAIN, REQUESTER, VALID, VECTORS
from harness import arrivals, quiet

PUNCH_SILENCE = 0.5


def commanded(s1, s2):
    """Both got their command: each the other's address."""
    s1.expect(wire.punch_command(*s2.endpoint))
    s2.expect(wire.punch_command(*s1.endpoint))


def test_P1_both_sides_are_commanded(beacon):
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.register(20)
    s1.send("030000000a00000014")
    s1.expect(f"04047f000001·{s2.port:04x}")
    s2.expect(f"04047f000001·{s1.port:04x}")
    quiet(s1, s2, seconds=PUNCH_SILENCE)


@pytest.mark.parametrize("runt", ["030000000a", "030000000a000000"])
def test_P2_runts_are_not_answered(beacon, runt):
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.register(20)
    s1.send(runt)
    quiet(s1, s2, seconds=PUNCH_SILENCE)


def test_P3_unknown_target_still_registers_the_requester(beacon):
    s1, sender = beacon.clients(2)
    s1.send(wire.punch_request(10, 20))
    quiet(s1, seconds=PUNCH_SILENCE)
    beacon.admin.dropped("punch_unknown_target", 1)
    sender.send(wire.relay(7, 10, b"x"))
    s1.expect(wire.deliver(7, b"x"))


def test_P4_a_request_in_anothers_name_takes_nothing_from_a_live_owner(beacon):
    """Ours: s3 is commanded, since the commands go to whoever asked, but it is only a claimant of id 10."""
    s1, s2, s3, sender = beacon.clients(4)
    s1.register(10)
    s2.register(20)
    s3.send(wire.punch_request(10, 20))
    commanded(s3, s2)
    takers = [client for _, client in arrivals(sender, 10, [s1, s3], seconds=1.2)]
    assert len(takers) >= 15 and set(takers) == {s1}
    assert len(s1.probes) >= 1


def test_P4_a_request_in_the_name_of_a_silent_owner_moves_the_id(beacon):
    """Ours: as with Discover, 500 ms of silence."""
    s1, s2, s3, sender = beacon.clients(4)
    s1.alive = False
    s1.register(10)
    s2.register(20)
    claimed = time.monotonic()
    s3.send(wire.punch_request(10, 20))
    commanded(s3, s2)
    assert any(client is s3 for _, client in arrivals(sender, 10, [s1, s3], seconds=1.0))
    assert time.monotonic() - claimed >= 0.4


def test_P4_under_reference_rules_the_requester_takes_the_id(launch):
    beacon = launch("--registration", "reference", "--punch-whitelist", "127.0.0.1")
    s1, s2, s3, sender = beacon.clients(4)
    s1.register(10)
    s2.register(20)
    s3.send(wire.punch_request(10, 20))
    commanded(s3, s2)
    sender.send(wire.relay(7, 10, b"x"))
    s3.expect(wire.deliver(7, b"x"))
    quiet(s1)


@pytest.mark.parametrize("sockets", [1, 2], ids=["one socket", "two sockets of one host"])
def test_P7_one_request_a_second_from_one_host(launch, sockets):
    beacon = launch()
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.register(20)
    second = (s1, wire.punch_request(10, 20)) if sockets == 1 else (s2, wire.punch_request(20, 10))
    start = time.monotonic()
    s1.send(wire.punch_request(10, 20))
    second[0].send(second[1])
    commanded(s1, s2)
    quiet(s1, s2, seconds=PUNCH_SILENCE)
    beacon.admin.dropped("punch_source_rate", 1)
    while s1.receive(0.1) is None:
        assert time.monotonic() - start < 3, "the budget does not come back"
        s1.send(wire.punch_request(10, 20))
    assert time.monotonic() - start >= 0.9


def test_P8_whitelist_for_everyone(launch):
    beacon = launch("--punch-whitelist", "*")
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.register(20)
    for _ in range(50):
        s1.send(wire.punch_request(10, 20))
    for _ in range(50):
        commanded(s1, s2)
    quiet(s1, s2, seconds=PUNCH_SILENCE)


def test_P9_hosts_do_not_share_a_budget(launch):
    """Ours: upstream lets one request per 100 ms through for the whole world; here two hosts are served at once."""
    beacon = launch()
    s1, s2 = beacon.client(), beacon.client(ip="127.0.0.2")
    s1.register(10)
    s2.register(20)
    s1.send(wire.punch_request(10, 20))
    s2.send(wire.punch_request(20, 10))
    for client, other in ((s1, s2), (s2, s1)):
        for _ in range(2):
            client.expect(wire.punch_command(*other.endpoint))


# Grants.


def pair(beacon):
    """The requester on s1, the target with its key on s2."""
    s1, s2 = beacon.clients(2)
    s1.register(REQUESTER)
    s2.send(KEYED_DISCOVER)
    s2.expect(wire.discover_reply(*s2.endpoint))
    return s1, s2


@pytest.fixture
def granting(launch):
    return launch("--require-punch-token", "--punch-whitelist", "127.0.0.1")


def test_T1_valid_grant(granting):
    s1, s2 = pair(granting)
    s1.send(VALID)
    commanded(s1, s2)


def test_T2_plain_request_is_refused(granting):
    s1, s2 = pair(granting)
    s1.send(PLAIN)
    quiet(s1, s2, seconds=PUNCH_SILENCE)
    granting.admin.dropped("punch_grant", 1)


@pytest.mark.parametrize("vector", [name for name in VECTORS if name != "plain"])
def test_T3_bad_grants_are_refused(granting, vector):
    s1, s2 = pair(granting)
    s1.send(VECTORS[vector])
    quiet(s1, s2, seconds=PUNCH_SILENCE)
    granting.admin.dropped("punch_grant", 1)
    s1.send(VALID)
    commanded(s1, s2)


def test_T4_valid_grant_for_an_unregistered_target(granting):
    s1 = granting.client()
    s1.register(REQUESTER)
    s1.send(VALID)
    quiet(s1, seconds=PUNCH_SILENCE)


@pytest.mark.parametrize("vector", [*VECTORS, "valid"])
def test_T7_grants_off(beacon, vector):
    s1, s2 = pair(beacon)
    s1.send(VALID if vector == "valid" else VECTORS[vector])
    commanded(s1, s2)
