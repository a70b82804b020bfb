"""Punches between nodes of two beacons that want grants: the target's own beacon decides, by the target's key."""

import pytest

import wire
from fleet import Fleet
from grants import KEYED_DISCOVER, REQUESTER, TARGET, VALID, VECTORS
from harness import quiet


@pytest.fixture
def fleet():
    fleet = Fleet(2, "--require-punch-token")
    try:
        yield fleet
    finally:
        fleet.close()


def pair(fleet):
    """The requester at beacon 1, the target with its key at beacon 2."""
    s1, s2 = fleet.node(1, REQUESTER), fleet.client(2)
    s2.send(KEYED_DISCOVER)
    s2.expect(wire.discover_reply(*s2.endpoint))
    fleet.wait_owner(TARGET, 2, at=[1])
    return s1, s2


def commanded(s1, s2):
    """Each by its own beacon: the clients assert the source."""
    s1.expect(wire.punch_command(*s2.endpoint))
    s2.expect(wire.punch_command(*s1.endpoint))


def test_a_grant_goes_with_the_request(fleet):
    s1, s2 = pair(fleet)
    s1.send(VALID)
    commanded(s1, s2)


@pytest.mark.parametrize("vector", VECTORS)
def test_without_a_good_one_nobody_is_commanded(fleet, vector):
    """What needs no key (none, or one that is over) is refused where it is asked, the rest at the target's beacon."""
    s1, s2 = pair(fleet)
    s1.send(VECTORS[vector])
    quiet(s1, s2, seconds=0.5)
    s1.send(VALID)
    commanded(s1, s2)
