"""What becomes of a fleet when one of its beacons crashes, restarts, leaves, or is not what it says."""

import select
import signal
import socket
import struct
import time

import pytest

import wire
from admin import eventually
from fleet import Fleet, crosses
from harness import Client, quiet


@pytest.mark.beacons(5)
def test_a_killed_beacon_is_known_everywhere_within_5_seconds(fleet):
    node = fleet.node(1, 10)
    fleet.wait_owner(10, 1)
    fleet.kill(1)
    killed = time.monotonic()
    for i in fleet.beacons:
        eventually(lambda: fleet.states(i)[1] == "dead", 5.0 - (time.monotonic() - killed), f"beacon {i} has 1 for dead")
    assert time.monotonic() - killed < 5.0
    # Its nodes are unroutable at once, and the verdict says why.
    for i in fleet.beacons:
        assert fleet.home(i, 10)["home"]["place"] == "nowhere"
        evidence = fleet.members(i)[1]["evidence"]
        assert evidence, fleet.members(i)[1]
    # Another beacon takes the node up at once: nobody is there to ask.
    node.close()
    moved = fleet.client(2)
    moved.send(wire.discover(10))
    moved.expect(wire.discover_reply(*moved.endpoint))
    fleet.wait_owner(10, 2, seconds=1.0)
    crosses(fleet.node(3, 30), 30, moved, 10, seconds=1.0)


@pytest.mark.beacons(2)
def test_two_beacons_are_a_fleet_too(fleet):
    """Nobody else can confirm the death of one of two."""
    fleet.kill(2)
    eventually(lambda: fleet.states(1)[2] == "dead", 15.0, "2 is dead at 1")
    fleet.start(2)
    fleet.settle(10.0)
    b = fleet.node(2, 20)
    crosses(fleet.node(1, 10), 10, b, 20)


def test_nobody_else_falls_when_one_is_killed(fleet):
    fleet.kill(3)
    eventually(lambda: fleet.states(1)[3] == "dead", 10.0, "3 is dead at 1")
    for i in (1, 2):
        assert fleet.fallen(i) == {3}


def test_a_restarted_beacon_is_complete_again(fleet):
    """It comes back under its old id as another session, knows the others' nodes, and has none of its own."""
    fleet.node(1, 10)
    two = fleet.client(2)
    for node in range(2_000, 2_400):
        two.register(node)
    fleet.wait_owner(2_399, 2)
    old = fleet.members(2)[1]["session"]
    fleet.kill(1)
    fleet.start(1)
    started = time.monotonic()
    fleet.settle(10.0)
    for node in (2_000, 2_399):
        fleet.wait_owner(node, 2, at=[1], seconds=5.0)
    print(f"complete after {time.monotonic() - started:.2f} s")
    assert fleet.members(2)[1]["session"] > old
    # What it had died with it.
    eventually(lambda: fleet.home(2, 10) is None or fleet.home(2, 10)["home"]["place"] == "nowhere", 5.0, "10 is gone")
    a = fleet.node(1, 11)
    crosses(two, 2_000, a, 11)


def test_a_restarted_beacon_is_complete_within_a_second_for_100_000_nodes(fleet):
    count = 100_000
    two = fleet.client(2)
    for first in range(1_000, 1_000 + count, 200):
        for node in range(first, first + 200):
            two.send(wire.discover(node))
        for _ in range(200):
            assert two.receive() is not None

    def known():
        owners = fleet.beacons[1].admin.get("/directory").json()["owners"]
        return {row["owner"]: row["entries"] for row in owners}.get(2) == count

    eventually(known, 20.0, "1 knows all nodes of 2")
    fleet.kill(1)
    started = time.monotonic()
    fleet.start(1)
    eventually(known, 10.0, "1 knows all nodes of 2 again")
    took = time.monotonic() - started
    print(f"knows {count} nodes {took:.2f} s after its restart, the start of its process included")
    assert took < 1.0
    fleet.wait_owner(1_000 + count - 1, 2, at=[1])


def test_sigterm_is_a_leave_not_a_death(fleet):
    fleet.node(3, 30)
    fleet.wait_owner(30, 3)
    begun = time.monotonic()
    fleet.stop(3)
    assert time.monotonic() - begun < 3.0
    for i in (1, 2):
        eventually(lambda: fleet.states(i)[3] == "left", 1.0, f"3 has left, at {i}")
        assert fleet.home(i, 30)["home"]["place"] == "nowhere"
        assert not fleet.fallen(i)


def test_a_stopped_process_is_suspected_and_comes_back(fleet):
    """SIGSTOP for longer than a verdict takes: dead, and alive again without an operator."""
    two = fleet.node(2, 20)
    fleet.wait_owner(20, 2)
    fleet.beacons[2].process.send_signal(signal.SIGSTOP)
    try:
        eventually(lambda: fleet.states(1)[2] == "dead", 15.0, "2 is dead at 1")
    finally:
        fleet.beacons[2].process.send_signal(signal.SIGCONT)
    eventually(lambda: fleet.states(1)[2] == "alive", 10.0, "2 is back at 1")
    fleet.wait_owner(20, 2, seconds=5.0)
    crosses(fleet.node(1, 10), 10, two, 20, seconds=5.0)


def test_an_operator_forgets_a_dead_member(fleet):
    admin = fleet.beacons[1].admin
    assert admin.request("POST", "/peers/2/forget").status == 409
    assert admin.request("POST", "/peers/77/forget").status == 404
    fleet.kill(3)
    eventually(lambda: fleet.states(1)[3] == "dead", 10.0, "3 is dead at 1")
    assert admin.request("POST", "/peers/3/forget").status == 200
    eventually(lambda: 3 not in fleet.states(1), 2.0, "3 is forgotten")


def test_two_hosts_with_one_id_are_reported():
    fleet = Fleet(3, start=False)
    try:
        fleet.start(1)
        fleet.start(2)
        fleet.settle()
        twin = fleet.start(3, "--beacon-id", "2")
        eventually(
            lambda: fleet.events(1, "duplicate_beacon_id") or fleet.events(2, "duplicate_beacon_id"), 10.0, "reported"
        )
        assert twin.alive()
    finally:
        fleet.close()


# Hostile input on the control port.


def test_garbage_on_the_control_port(fleet):
    """Dropped and counted by reason; the fleet does not notice."""
    target = ("127.0.0.1", fleet.control[1])
    before = fleet.beacons[1].admin.get("/stats").json()["fleet"]["dropped"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for length in (0, 1, 8, 30, 1_232, 9_000, 65_000):
            for byte in (0x00, 0x42, 0xFF):
                stranger.sendto(bytes([byte]) * length, target)
    eventually(
        lambda: sum(fleet.beacons[1].admin.get("/stats").json()["fleet"]["dropped"].values())
        >= sum(before.values()) + 18,
        2.0,
        "counted",
    )
    time_until = time.monotonic() + 2
    while time.monotonic() < time_until:
        assert set(fleet.states(2).values()) == {"alive"}
        select.select([], [], [], 0.2)


def test_strangers_streams_cost_little_and_end(fleet):
    target = ("127.0.0.1", fleet.control[1])

    def closed(connection, seconds):
        connection.settimeout(seconds)
        try:
            return connection.recv(100) == b""
        except ConnectionError:
            return True

    # A length no record has, bytes behind a record's end, and a record that does not open: closed at once.
    for data in (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1xx", struct.pack("!I", 200) + b"x" * 200):
        with socket.create_connection(target) as connection:
            connection.sendall(data)
            assert closed(connection, 1.0), data[:8]
    # One that says nothing has five seconds.
    with socket.create_connection(target) as silent:
        begun = time.monotonic()
        assert closed(silent, 8.0)
        assert 4.0 < time.monotonic() - begun < 7.0
    # More from one address than it may have are turned away, and those inside are not disturbed.
    crowd = [socket.create_connection(target) for _ in range(40)]
    turned_away = 0
    for connection in crowd:
        connection.setblocking(False)
    eventually(lambda: fleet.beacons[1].admin.get("/stats").json()["fleet"]["shell"]["streams_refused"] >= 24, 2.0)
    for connection in crowd:
        try:
            turned_away += connection.recv(10) == b""
        except BlockingIOError:
            pass
        except ConnectionError:
            turned_away += 1
        connection.close()
    assert turned_away == 24
    assert set(fleet.states(2).values()) == {"alive"}


def test_hellos_and_mesh_frames_of_strangers(fleet):
    """Not answered, and not delivered."""
    node = fleet.node(1, 10)
    stranger = fleet.client(1)
    for data in (b"\x0b" + bytes(49), b"\x0b\1\1" + bytes(60), b"\x0b", b"\x0c" + bytes(30), b"\x0c\x11" + bytes(50)):
        stranger.send(data)
    quiet(stranger, node)
    reasons = ("hello_unauthenticated", "malformed", "runt", "mesh_unauthenticated")

    def dropped() -> int:
        drops = fleet.beacons[1].admin.stats().dropped
        return sum(drops[reason] for reason in reasons)

    eventually(lambda: dropped() == 5, what="each of the five is counted")


# A mixed fleet: a reference beacon among ours.


def test_a_reference_peer_is_served_with_07_both_ways():
    fleet = Fleet(2, start=False)
    reference = None
    try:
        fleet.start(1, peers=[])
        probe = fleet.client(1)
        reference = Client(*fleet.beacons[1].address)
        fleet.stop(1)
        probe.close()
        for i in fleet.ids:
            others = [f"127.0.0.1:{fleet.ports[j]}" for j in fleet.ids if j != i]
            fleet.start(i, peers=[*others, f"127.0.0.1:{reference.port}"] if i == 1 else others)
        fleet.settle()
        a, b = fleet.node(1, 10), fleet.node(2, 20)
        # It is asked by hello, three times in three seconds; it is silent and gets its syncs.
        seen = []

        def served():
            seen.append(reference.receive(0.5))
            return wire.sync(1, [10]) in seen and len(hellos()) == 3

        def hellos():
            return [data for data in seen if data and data[0] == 0x0B]

        eventually(served, 15.0, "three hellos and a sync of 10")
        assert all(len(data) == 50 for data in hellos())

        def kind():
            rows = fleet.beacons[1].admin.get("/peers").json()["peers"]
            return {row["address"]: row["kind"] for row in rows}[f"127.0.0.1:{reference.port}"]

        eventually(lambda: kind() == "reference", 3.0, "it is known for a reference beacon")
        # And its own sync is taken: frames for its nodes go there unchanged.
        reference.send(wire.sync(99, [99]))
        eventually(lambda: fleet.beacons[1].admin.stats().routes == 1, what="one legacy route")
        a.send(wire.relay(10, 99, b"out"))
        reference.expect(wire.relay(10, 99, b"out"))
        # What it sends for a node of its peer is delivered, and what is for a node elsewhere in the fleet goes on.
        reference.send(wire.relay(99, 10, b"in"))
        a.expect(wire.deliver(99, b"in"))
        fleet.wait_owner(20, 2, at=[1])
        reference.send(wire.relay(99, 20, b"on"))
        b.expect(wire.deliver(99, b"on"))
        # No sync to the beacon that is one of ours.
        peers = {peer["address"]: peer for peer in fleet.beacons[1].admin.get("/peers").json()["peers"]}
        assert peers[f"127.0.0.1:{fleet.ports[2]}"]["syncs_sent"] == 0
    finally:
        if reference:
            reference.close()
        fleet.close()


def test_a_blocked_control_port_is_told_of_and_the_nodes_are_reached_all_the_same():
    """Each says that its control plane is at a port where nobody listens, as it looks from behind a firewall."""
    fleet = Fleet(2, start=False)
    try:
        for i in fleet.ids:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
                nobody.bind(("127.0.0.1", 0))
                fleet.start(i, "--fleet-advertise", f"127.0.0.1:{nobody.getsockname()[1]}")
        a, b = fleet.node(1, 10), fleet.node(2, 20)
        for i in fleet.ids:
            peer = lambda: fleet.beacons[i].admin.get("/peers").json()["peers"][0]  # noqa: B023
            eventually(lambda: peer()["kind"] == "blocked", 15.0, "it answers, and is not heard")
            assert peer()["beacon_id"] == 3 - i
            eventually(lambda: fleet.fleet(i)["blocked_peers"] == 1, what="counted")
            [event] = fleet.events(i, "control_blocked")
            assert "UDP and TCP" in event["fields"]["fix"], event
            assert "not on its control port" in fleet.beacons[i].log()
        # A sync that came before the other side knew was not taken; the next follows 10 s later.
        crosses(a, 10, b, 20, seconds=15.0)
        crosses(b, 20, a, 10, seconds=15.0)
        assert fleet.states(1) == {} and fleet.states(2) == {}
    finally:
        fleet.close()
