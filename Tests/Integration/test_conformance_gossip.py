"""Legacy gossip and two beacons: protocol.md §12.6, one test a row, named after it."""

import random
import time

import pytest

import wire
from admin import eventually
from harness import free_port, quiet
from spoof import send_spoofed

G1 = "070000006300030000000a000000140000001e"


def routed(sender, peer, dest):
    """A relay to `dest` reaches `peer` unchanged."""
    frame = wire.relay(7, dest, b"routed")
    sender.send(frame)
    peer.expect(frame)


def unknown(beacon, sender, *dests):
    """Relays to `dests` reach nobody: each is counted as for an unknown destination."""
    before = beacon.admin.stats().dropped["unknown_destination"]
    for dest in dests:
        sender.send(wire.relay(7, dest, b"lost"))
    beacon.admin.dropped("unknown_destination", before + len(dests))


def taken(beacon, count):
    """The syncs are handled away from the shards: waits until `count` have been."""
    eventually(lambda: beacon.admin.stats().answered["sync"] == count, what=f"{count} syncs taken")


def routes(beacon, count):
    eventually(lambda: beacon.admin.stats().routes == count, what=f"{count} routes")


def test_G1_a_listed_node_is_reached_through_its_beacon(beacon):
    s1, s9 = beacon.clients(2)
    s9.send(G1)
    routes(beacon, 3)
    s1.send("05·0000000a·00000014·78")
    s9.expect("05·0000000a·00000014·78")


@pytest.mark.parametrize("bad", ["070000006300050000000a00000014"])
def test_G2_a_list_shorter_than_its_count_is_dropped_whole(beacon, bad):
    s1, s9 = beacon.clients(2)
    s9.send(bad)
    beacon.admin.dropped("malformed", 1)
    unknown(beacon, s1, 10, 20)
    quiet(s9)


@pytest.mark.parametrize("runt", ["0700000063", "070000006300"])
def test_G3_runts_are_dropped(beacon, runt):
    s1, s9 = beacon.clients(2)
    s9.send(runt)
    beacon.admin.dropped("runt", 1)
    unknown(beacon, s1, 10)
    quiet(s9)


def test_G4_a_sync_replaces_the_one_before(beacon):
    s1, s9 = beacon.clients(2)
    s9.send(G1)
    routes(beacon, 3)
    s9.send("070000006300010000000a")
    routes(beacon, 1)
    routed(s1, s9, 10)
    unknown(beacon, s1, 20, 30)


def test_G5_an_empty_sync_withdraws_everything(beacon):
    s1, s9 = beacon.clients(2)
    s9.send(G1)
    routes(beacon, 3)
    s9.send("07000000630000")
    routes(beacon, 0)
    unknown(beacon, s1, 10, 20, 30)
    quiet(s9)


def test_G6_bytes_after_the_list_are_ignored(beacon):
    s1, s9 = beacon.clients(2)
    s9.send(G1 + "deadbeef00")
    routes(beacon, 3)
    for dest in (10, 20, 30):
        routed(s1, s9, dest)


def test_G7_a_node_of_this_beacon_is_delivered_here(beacon):
    s1, s2, s9 = beacon.clients(3)
    s2.register(20)
    s9.send(G1)
    taken(beacon, 1)
    s1.send(wire.relay(10, 20, b"x"))
    s2.expect(wire.deliver(10, b"x"))
    quiet(s9)


def test_G9_strict_gossip_takes_syncs_from_the_peers_hosts_only(launch):
    beacon = launch("--strict-gossip", "--peers", f"127.0.0.1:{free_port()}")
    s1, peer = beacon.clients(2)
    stranger = beacon.client(ip="127.0.0.2")
    stranger.send(G1)
    beacon.admin.dropped("sync_stranger", 1)
    unknown(beacon, s1, 10, 20, 30)
    peer.send(G1)
    routes(beacon, 3)
    routed(s1, peer, 20)
    quiet(stranger)


@pytest.mark.slow
def test_G10_routes_of_a_silent_beacon_expire(beacon):
    s1, s9 = beacon.clients(2)
    s9.send(G1)
    routes(beacon, 3)
    start = time.monotonic()
    while time.monotonic() - start < 60:
        routed(s1, s9, 20)
        quiet(s1, seconds=1)
    eventually(lambda: beacon.admin.stats().routes == 0, seconds=90, what="routes expired")
    unknown(beacon, s1, 20)


def pair(launch, *arguments):
    """Two beacons that are peers of each other."""
    ports = free_port(), free_port()
    return [
        launch("--beacon-id", str(i + 1), "--peers", f"127.0.0.1:{ports[1 - i]}", *arguments, port=ports[i])
        for i in (0, 1)
    ]


def test_G11_a_node_is_reached_through_its_own_beacon(launch):
    """The last hop comes from the node's own beacon: a daemon takes frames from no other address. Upstream needs up to
    10 s until a beacon has told its nodes."""
    b1, b2 = pair(launch)
    s1, s2 = b1.client(), b2.client()
    s1.register(10)
    s2.register(20)
    frame = bytes.fromhex("050000000a0000001468656c6c6f2066726f6d206e6f6465203130")

    def delivered():
        s1.send(frame)
        return s2.receive(0.2)

    assert eventually(delivered, seconds=15, what="delivery through the other beacon") == wire.deliver(10, frame[9:])


def test_G13_a_thousand_routes(beacon):
    s1, s9 = beacon.clients(2)
    s9.send(wire.sync(99, range(5_000, 6_000)))
    routes(beacon, 1_000)
    for dest in range(5_000, 6_000):
        routed(s1, s9, dest)


def test_G14_more_nodes_than_one_datagram_lists(launch):
    """Upstream falls silent above 16,375 nodes; ours must converge."""
    b1, b2 = pair(launch, "--relay-rate", "0")
    s1, s2 = b1.client(), b2.client()
    ids = range(100_000, 117_000)
    for start in range(0, len(ids), 100):
        chunk = ids[start : start + 100]
        for node in chunk:
            s2.send(wire.discover(node))
        for _ in chunk:
            s2.expect(wire.discover_reply(*s2.endpoint))
    eventually(lambda: b1.admin.stats().routes >= len(ids), seconds=30, what="all nodes known to the other beacon")
    for dest in [ids[0], ids[-1], *random.Random(14).sample(ids, 500)]:
        s1.send(wire.relay(10, dest, b"x"))
        s2.expect(wire.deliver(10, b"x"))


def test_G15_a_frame_does_not_go_back_where_it_came_from(beacon):
    """Ours: upstream would send it straight back."""
    s9 = beacon.client()
    s9.send(wire.sync(99, [40]))
    routes(beacon, 1)
    s9.send(wire.relay(7, 40, b"x"))
    quiet(s9)
    beacon.admin.dropped("bounce", 1)


@pytest.mark.root
def test_G16_forged_routes_do_not_make_a_frame_circulate(launch):
    """Each of two beacons is told, by a sync with the other's address as its source, that the other has node 40. Ours:
    the frame is passed on once; the second beacon sees that it comes from a beacon, and drops it."""
    b1, b2 = launch(), launch()
    s1 = b1.client()
    for source, target in ((b2, b1), (b1, b2)):
        send_spoofed(source.address, target.address, wire.sync(99, [40]))
        routes(target, 1)
    s1.send(wire.relay(7, 40, b"x"))
    eventually(lambda: sum(b2.admin.stats().dropped[why] for why in ("bounce", "hop_limit")) == 1, what="dropped")
    quiet(s1, seconds=1)
    assert b1.admin.stats().forwarded["forward"] == 1
    assert b2.admin.stats().forwarded["forward"] == 0
