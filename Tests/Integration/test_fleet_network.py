"""Five beacons on hosts of their own, 20 ms ± 5 ms apart, where 1 % of all packets gets lost: crashes, cut links, a
partition; and beacons with two addresses that listen on all of them."""

import select
import time

import pytest

import wire
from admin import eventually
from fleet import crosses
from net_lab import DATA_PORT, NetFleet, NetLab, address

pytestmark = [pytest.mark.root, pytest.mark.tools("ip", "nft")]


@pytest.fixture
def fleet(request):
    lab = NetLab(5)
    print(f"seed of the weather: {lab.seed}")
    try:
        fleet = NetFleet(lab)
        try:
            yield fleet
        finally:
            fleet.close()
    finally:
        lab.close()


def unroutable(fleet, i, node):
    home = fleet.home(i, node)
    return home is None or home["home"]["place"] == "nowhere"


def logs(fleet, i):
    """What `/directory` of a beacon says of each log, without what is of the moment."""
    answer = fleet.beacons[i].admin.get("/directory?limit=100")
    assert answer.status == 200, answer.text
    kept = ("owner", "session", "head", "entries", "digest", "routable")
    return sorted(tuple(owner[key] for key in kept) for owner in answer.json()["owners"])


def everyone(fleet, i):
    """Who is in the fleet and in which state, as a beacon has it, itself included."""
    rows = {beacon: (member["state"], member["session"]) for beacon, member in fleet.members(i).items() if beacon != i}
    return rows | {i: ("alive", fleet.fleet(i)["session"])}


def test_frames_cross_between_all(fleet):
    nodes = {i: fleet.node(i, 10 * i) for i in fleet.ids}
    for i in fleet.ids:
        fleet.wait_owner(10 * i, i)
    slowest = max(
        crosses(nodes[i], 10 * i, nodes[j], 10 * j) for i in fleet.ids for j in fleet.ids if i != j
    )  # fmt: skip

    def round_trips():
        found = [member["rtt_ms"] for i in fleet.ids for j, member in fleet.members(i).items() if j != i]
        return None not in found and found

    measured = eventually(round_trips, 15.0, "every member was probed")
    print(f"slowest first frame {slowest * 1e3:.0f} ms; round trips {min(measured):.0f} to {max(measured):.0f} ms")
    assert min(measured) >= 30, measured
    assert not fleet.ever({"dead"}, set(fleet.ids))


def test_a_crash_is_routed_around_within_5_seconds(fleet):
    """The dead one's nodes are unroutable, and reachable again at another beacon; restarted, it is complete."""
    fleet.node(1, 10)
    three, four = fleet.node(3, 30), fleet.node(4, 40)
    for node, owner in ((10, 1), (30, 3), (40, 4)):
        fleet.wait_owner(node, owner)
    fleet.kill(1)
    killed = time.monotonic()
    for i in fleet.beacons:
        left = 5.0 - (time.monotonic() - killed)
        eventually(lambda: fleet.states(i)[1] == "dead" and unroutable(fleet, i, 10), left, f"{i} has 1 for dead")
    dead = time.monotonic() - killed
    moved = fleet.move(2, 1, 10, seconds=5.0 - (time.monotonic() - killed))
    crosses(three, 30, moved, 10, seconds=5.0 - (time.monotonic() - killed))
    around = time.monotonic() - killed
    print(f"dead at all after {dead:.2f} s, its node reached through another beacon after {around:.2f} s")
    assert around < 5.0
    crosses(three, 30, four, 40)
    # Nobody else was taken for dead.
    assert not fleet.ever({"dead"}, set(fleet.beacons))

    fleet.start(1)
    started = time.monotonic()
    fleet.settle(15.0)
    for node, owner in ((10, 2), (30, 3), (40, 4)):
        fleet.wait_owner(node, owner, seconds=10.0)
    eventually(lambda: len({tuple(logs(fleet, i)) for i in fleet.ids}) == 1, 10.0, "all have the same directory")
    print(f"complete {time.monotonic() - started:.2f} s after its restart")
    crosses(fleet.node(1, 11), 11, three, 30)


@pytest.mark.parametrize("what", ["meta l4proto udp", ""], ids=["datagrams", "everything"])
def test_a_link_cut_one_way_kills_nobody(fleet, what):
    """2 hears nothing of 1. Others vouch for each of the two."""
    fleet.node(2, 20)
    fleet.wait_owner(20, 2)
    fleet.lab.drop(2, [1], what)
    until = time.monotonic() + 12
    while time.monotonic() < until:
        for i in fleet.ids:
            assert "dead" not in fleet.states(i).values(), (i, fleet.members(i))
        select.select([], [], [], 0.1)
    assert not fleet.ever({"dead"}, set(fleet.ids))
    # What happens meanwhile is told to both by others.
    fleet.node(2, 21)
    fleet.wait_owner(21, 2, seconds=5.0)
    fleet.node(1, 11)
    fleet.wait_owner(11, 1, seconds=10.0)
    fleet.lab.heal()
    fleet.settle(10.0)


def test_a_partition_heals_within_10_seconds(fleet):
    nodes = {i: fleet.node(i, 10 * i) for i in fleet.ids}
    for i in fleet.ids:
        fleet.wait_owner(10 * i, i)
    left, right = [1, 2], [3, 4, 5]
    for side, other in ((left, right), (right, left)):
        for i in side:
            fleet.lab.drop(i, other)
    for side, other in ((left, right), (right, left)):
        for i in side:
            wanted = {j: "dead" for j in other} | {j: "alive" for j in side if j != i}
            eventually(lambda: wanted.items() <= fleet.states(i).items(), 30.0, f"{i} sees {wanted}")
            assert all(unroutable(fleet, i, 10 * j) for j in other)
    # Both sides go on by themselves.
    crosses(nodes[1], 10, nodes[2], 20)
    crosses(nodes[3], 30, nodes[5], 50)
    fleet.node(2, 21)
    fleet.node(4, 41)

    fleet.lab.heal()
    healed = time.monotonic()

    def same():
        for view in (everyone, logs):
            views = [view(fleet, i) for i in fleet.ids]
            assert all(view == views[0] for view in views), views
        assert all(state == "alive" for state, _ in everyone(fleet, 1).values()), everyone(fleet, 1)
        return True

    eventually(same, 10.0, "all have the same view of members and directory")
    took = time.monotonic() - healed
    print(f"healed after {took:.2f} s")
    assert took <= 10.0
    for node, owner in ((21, 2), (41, 4)):
        fleet.wait_owner(node, owner)
    crosses(nodes[1], 10, nodes[4], 40)


# Beacons with two addresses that listen on all.


@pytest.mark.parametrize("bind", ["0.0.0.0", "::"])
def test_beacons_on_all_addresses_of_two_interfaces(bind):
    """Each is known to the others by one of its addresses or the other, by whom asked first."""
    lab = NetLab(3, networks=(77, 78), delay=0.002, jitter=0, loss=0)
    try:
        peers = {
            1: [f"{address(2, 78)}:{DATA_PORT}", f"{address(3, 77)}:{DATA_PORT}"],
            2: [f"{address(1, 77)}:{DATA_PORT}", f"{address(3, 78)}:{DATA_PORT}"],
            3: [f"{address(1, 78)}:{DATA_PORT}", f"{address(2, 77)}:{DATA_PORT}"],
        }
        fleet = NetFleet(lab, bind=bind, peers=peers)
        try:
            nodes = {i: fleet.node(i, 10 * i) for i in fleet.ids}
            for i in fleet.ids:
                fleet.wait_owner(10 * i, i)
            for i in fleet.ids:
                for j in fleet.ids:
                    if i != j:
                        crosses(nodes[i], 10 * i, nodes[j], 10 * j)
            for i in fleet.ids:
                assert fleet.beacons[i].admin.stats().dropped["mesh_stranger"] == 0, i
        finally:
            fleet.close()
    finally:
        lab.close()
