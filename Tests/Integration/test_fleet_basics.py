"""Three real beacons: they find each other, and any of them reaches any node of the fleet."""

import select
import time

import pytest

import wire
from admin import eventually
from fleet import Fleet, crosses
from harness import quiet


def test_they_find_each_other(fleet):
    for i in fleet.ids:
        status = fleet.fleet(i)
        assert status["beacon_id"] == i
        assert status["members"]["alive"] == 2
        members = fleet.members(i)
        assert members[i % 3 + 1]["data"] == f"127.0.0.1:{fleet.ports[i % 3 + 1]}"
        assert members[i % 3 + 1]["control"] == f"127.0.0.1:{fleet.control[i % 3 + 1]}"
        peers = fleet.beacons[i].admin.get("/peers").json()["peers"]
        assert {peer["kind"] for peer in peers} == {"member"}
        assert {peer["syncs_sent"] for peer in peers} == {0}


def test_one_that_only_one_names_is_found_by_all():
    """1 names nobody, 2 names 1, 3 names 2."""
    fleet = Fleet(3, start=False)
    try:
        fleet.start(1, peers=[])
        fleet.start(2, peers=[f"127.0.0.1:{fleet.ports[1]}"])
        fleet.start(3, peers=[f"127.0.0.1:{fleet.ports[2]}"])
        fleet.settle()
    finally:
        fleet.close()


def test_a_list_that_names_ourselves_too():
    fleet = Fleet(2, start=False)
    try:
        everybody = [f"127.0.0.1:{fleet.ports[i]}" for i in fleet.ids]
        for i in fleet.ids:
            fleet.start(i, peers=everybody)
        fleet.settle()
        assert len(fleet.beacons[1].admin.get("/peers").json()["peers"]) == 1
        assert not fleet.events(1, "duplicate_beacon_id")
    finally:
        fleet.close()


def test_relay_across(fleet):
    a, b = fleet.node(1, 10), fleet.node(2, 20)
    fleet.wait_owner(20, 2)
    fleet.wait_owner(10, 1)
    a.send(wire.relay(10, 20, b"hello"))
    b.expect(wire.deliver(10, b"hello"))
    b.send(wire.relay(20, 10, b""))
    a.expect(wire.deliver(20, b""))
    # From a third beacon, and to a node that wants 09.
    c = fleet.client(3)
    c.register(30, extended=True)
    fleet.wait_owner(30, 3)
    a.send(wire.relay(10, 30, b"x"))
    c.expect(wire.deliver_with_destination(10, 30, b"x"))


def test_relay_keeps_order_and_bytes(fleet):
    a, b = fleet.node(1, 10), fleet.node(2, 20)
    fleet.wait_owner(20, 2, at=[1])
    for number in range(300):
        a.send(wire.relay(10, 20, number.to_bytes(4, "big") + bytes(number * 4)))
    for number in range(300):
        b.expect(wire.deliver(10, number.to_bytes(4, "big") + bytes(number * 4)))


def test_a_new_node_is_known_everywhere_within_a_second(fleet):
    begun = time.monotonic()
    fleet.node(1, 77)
    fleet.wait_owner(77, 1, seconds=1.0)
    assert time.monotonic() - begun < 1.0


def test_unknown_nodes_go_nowhere(fleet):
    a = fleet.node(1, 10)
    others = [fleet.node(2, 20), fleet.node(3, 30)]
    fleet.wait_owner(20, 2, at=[1])
    a.send(wire.relay(10, 4_711, b"x"))
    quiet(a, *others)
    fleet.beacons[1].admin.dropped("unknown_destination", 1)


def test_punch_across(fleet):
    """Each side is commanded by its own beacon: the clients assert the source."""
    a, b = fleet.node(1, 10), fleet.node(2, 20)
    fleet.wait_owner(20, 2, at=[1])
    a.send(wire.punch_request(10, 20))
    a.expect(wire.punch_command(*b.endpoint))
    b.expect(wire.punch_command(*a.endpoint))


@pytest.mark.parametrize("last", [3, 1], ids=["on", "back"])
def test_a_node_that_moves_twice_within_a_second_is_followed(fleet, last):
    """Whoever has just moved is no thief."""
    stops = [fleet.node(1, 10), fleet.client(2), fleet.client(last)]
    sender = fleet.node(3, 30)
    fleet.wait_owner(10, 1)
    for left, stop in zip(stops, stops[1:]):
        left.alive = False
        stop.send(wire.discover(10))
        stop.expect(wire.discover_reply(*stop.endpoint))
        crosses(sender, 30, stop, 10)
    fleet.wait_owner(10, last)


def test_a_node_that_moves_is_followed_at_once(fleet):
    """It registers at another beacon and answers its old one no longer, as a daemon does that has a new beacon."""
    a, sender = fleet.node(1, 10), fleet.node(3, 30)
    fleet.wait_owner(10, 1)
    crosses(sender, 30, a, 10)
    a.alive = False
    moved = fleet.client(2)
    begun = time.monotonic()
    moved.send(wire.discover(10))
    moved.expect(wire.discover_reply(*moved.endpoint))
    # 500 ms of silence at the old endpoint, and the way there and back.
    took = crosses(sender, 30, moved, 10, seconds=3.0)
    assert time.monotonic() - begun < 2.0, took
    fleet.wait_owner(10, 2)
    # All that was sent in that half second has come again, by way of the new beacon; before that, one frame that the old
    # endpoint had taken.
    again = moved.pending()
    assert again and again == [wire.deliver(30, b"frame %d" % number) for number in range(len(again))]
    # Not hidden by the stale entry of the beacon that had it either.
    local = fleet.node(1, 11)
    crosses(local, 11, moved, 10, seconds=1.0)


def test_a_node_that_moves_back_is_followed_too(fleet):
    first = fleet.node(1, 10)
    sender = fleet.node(3, 30)
    fleet.wait_owner(10, 1)
    for i in (2, 1, 2):
        # A node is asked for proof of life once a second at most, and who asks in between is refused.
        select.select([], [], [], 1.1)
        first.alive = False
        first = fleet.client(i)
        first.send(wire.discover(10))
        first.expect(wire.discover_reply(*first.endpoint))
        fleet.wait_owner(10, i, seconds=3.0)
        crosses(sender, 30, first, 10, seconds=1.0)


def test_a_thief_of_a_live_id_elsewhere_is_refused(fleet):
    owner, sender = fleet.node(1, 10), fleet.node(3, 30)
    fleet.wait_owner(10, 1)
    thief = fleet.client(2)
    thief.send(wire.discover(10))
    # It is answered as everybody is, and owns nothing.
    thief.expect(wire.discover_reply(*thief.endpoint))
    crosses(sender, 30, owner, 10)
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        crosses(sender, 30, owner, 10)
    assert owner.probes, "the owner was never asked"
    assert thief.pending() == []
    for i in fleet.ids:
        assert fleet.owner(i, 10) == 1


def test_the_path_is_explained(fleet):
    fleet.node(1, 10), fleet.node(2, 20)
    fleet.wait_owner(20, 2, at=[1])
    path = fleet.beacons[1].admin.get("/path?from=10&to=20").json()
    assert [step["decision"] for step in path["steps"]] == ["mesh", "deliver"], path
    assert path["arrives"] is True
    path = fleet.beacons[1].admin.get("/path?from=10&to=4711").json()
    assert path["arrives"] is False


def test_node_zero_stays_at_its_beacon(fleet):
    """Every daemon claims it at its start: nothing of that travels."""
    a, b = fleet.client(1), fleet.client(2)
    for client in (a, b):
        client.register(0)
    a.register(10)
    fleet.wait_owner(10, 1)
    assert fleet.owner(3, 0) is None


def test_directory_and_log_agree(fleet):
    client = fleet.client(1)
    for node in range(1_000, 1_500):
        client.register(node)

    def followed():
        for i in fleet.ids:
            rows = {row["owner"]: row for row in fleet.beacons[i].admin.get("/directory").json()["owners"]}
            if rows[1]["entries"] != 500 or rows[1]["digest"] != own["digest"]:
                return False
        return True

    eventually(
        lambda: fleet.beacons[1].admin.get("/directory").json()["owners"][0]["entries"] == 500, what="500 entries"
    )
    own = fleet.beacons[1].admin.get("/directory").json()["owners"][0]
    eventually(followed, 3.0, "equal digests")
