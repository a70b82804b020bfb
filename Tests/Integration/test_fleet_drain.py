"""A deploy: each beacon of a fleet is drained in turn while daemons relay over it, and not one frame is lost.

The daemons are scripted after protocol.md §9.2: they choose by FNV over the registry's list, look at it every 60 to 70 s
(here 30 times as often), and take frames from the chosen beacon's exact address alone. What a third beacon sends to the new
one directly may overtake a frame that is still on its way over the old one; by no more than that way takes.
"""

import json
import time

import pytest

import wire
from admin import eventually
from fleet import Fleet, crosses
from net_lab import DATA_PORT, NetFleet, NetLab, address
from registry import REGISTERED, listing
from rehoming import LONGEST_REPLAY, Overlay

SCALE = 30.0
"""Of the daemons' times: they look at the list every 2 to 2.3 s."""
OVERTAKING_SECONDS = 1.0
"""How late a frame may be that another one has overtaken. The way over the old beacon takes a fraction of a millisecond;
the rest is for a machine that is busy."""


def order(fleet: Fleet, i: int, query: str = "", method: str = "POST"):
    return fleet.beacons[i].admin.request(method, f"/drain{query}")


def drain(fleet: Fleet, i: int) -> dict:
    answer = fleet.beacons[i].admin.get("/drain")
    assert answer.status == 200, answer.text
    return answer.json()


def drained(fleet: Fleet, i: int, seconds: float) -> dict:
    """Waits until the drain is over and the process has ended with 0; what /drain said at last."""
    last: dict = {}
    beacon = fleet.beacons[i]
    deadline = time.monotonic() + seconds
    while beacon.alive():
        assert time.monotonic() < deadline, f"still draining: {last}"
        try:
            last = drain(fleet, i)
        except OSError:
            pass
        time.sleep(0.05)
    assert beacon.process.returncode == 0, beacon.log()
    fleet.killed.append(fleet.beacons.pop(i))
    return last


def deploy(fleet: Fleet, overlay: Overlay, addresses: dict[int, tuple[str, int]]) -> dict[int, dict]:
    """Drains each beacon, waits until it has ended, and starts it again; what /drain said at last, by beacon."""
    statuses = {}
    for i in fleet.ids:
        eventually(lambda: drain_has_nodes(fleet, i), 10.0, f"beacon {i} has nodes")
        assert order(fleet, i, "?deadline=60s").status == 200
        # The registry forgets it, for it announces itself no longer.
        overlay.listed = [addresses[j] for j in fleet.ids if j != i]
        statuses[i] = drained(fleet, i, 60.0)
        fleet.start(i)
        fleet.settle()
        overlay.listed = list(addresses.values())
    eventually(lambda: drain_has_nodes(fleet, max(fleet.ids)), 10.0, "the last one is used again")
    return statuses


def nothing_is_lost(overlay: Overlay, statuses: dict[int, dict]) -> None:
    report(overlay, statuses)
    for i, status in statuses.items():
        assert status["nodes"]["left"] == 0 and status["frames"]["lost"] == 0, (i, status)
        assert status["nodes"]["moved"] >= 1
    flows = overlay.flows
    assert {(flow.sent, len(flow.lost)) for flow in flows if flow.lost} == set()
    assert max(flow.longest_run for flow in flows) < LONGEST_REPLAY, "no daemon has ended a session"


def test_each_of_three_beacons_is_drained_under_load_and_no_frame_is_lost(fleet):
    addresses = {i: ("127.0.0.1", fleet.ports[i]) for i in fleet.ids}
    overlay = Overlay(list(addresses.values()), count=12, fan=2, rate=50, scale=SCALE)
    try:
        eventually(lambda: all(fleet.home(1, daemon.node) for daemon in overlay.daemons), 5.0, "all are registered")
        overlay.start()
        statuses = deploy(fleet, overlay, addresses)
        overlay.finish()
    finally:
        overlay.close()
    nothing_is_lost(overlay, statuses)
    assert sum(flow.sent for flow in overlay.flows) > 5_000
    overtaken = [late for flow in overlay.flows for late in flow.overtaken]
    assert all(late < OVERTAKING_SECONDS for late in overtaken), overtaken
    assert len(overtaken) <= sum(daemon.moves for daemon in overlay.daemons) * 2, "only where a daemon has moved"


@pytest.mark.root
@pytest.mark.tools("ip", "nft")
def test_nor_is_one_where_everything_is_20_ms_away():
    """Between a daemon's change and the old beacon's knowledge of it lie 60 ms here: what that one sends meanwhile reaches the
    daemon from the wrong address, and again by way of the new one."""
    lab = NetLab(4, delay=0.020, jitter=0.0, loss=0.0)
    try:
        fleet = NetFleet(lab, count=3)
        try:
            addresses = {i: (address(i), DATA_PORT) for i in fleet.ids}
            with lab.on(4):
                overlay = Overlay(list(addresses.values()), count=12, fan=1, rate=50, scale=SCALE, ip=address(4))
            try:
                registered = lambda: all(fleet.home(1, daemon.node) for daemon in overlay.daemons)  # noqa: E731
                eventually(registered, 5.0, "all are registered")
                overlay.start()
                statuses = deploy(fleet, overlay, addresses)
                overlay.finish()
            finally:
                overlay.close()
            nothing_is_lost(overlay, statuses)
            assert sum(daemon.strays for daemon in overlay.daemons) > 0, "some came from the wrong beacon"
        finally:
            fleet.close()
    finally:
        lab.close()


def drain_has_nodes(fleet: Fleet, i: int) -> bool:
    return drain(fleet, i)["nodes"]["left"] > 0


def report(overlay: Overlay, statuses: dict) -> None:
    flows = overlay.flows
    print(
        f"\nframes {sum(flow.sent for flow in flows)}, lost {sum(len(flow.lost) for flow in flows)}, "
        f"replays {sum(flow.replays for flow in flows)} (longest run {max(flow.longest_run for flow in flows)}), "
        f"overtaken {[round(late, 4) for flow in flows for late in flow.overtaken]}, "
        f"moves {sum(daemon.moves for daemon in overlay.daemons)}, "
        f"from a wrong beacon {sum(daemon.strays for daemon in overlay.daemons)}, "
        f"sender late by {overlay.late * 1e3:.1f} ms at most"
    )
    for i, status in statuses.items():
        print(f"beacon {i}: {json.dumps({key: value for key, value in status.items() if key != 'busiest'})}")


# What a drain is, step by step.


def test_readiness_fails_first_and_liveness_stays(fleet):
    fleet.node(1, 10)
    assert order(fleet, 1).status == 200
    admin = fleet.beacons[1].admin
    assert (admin.get("/readyz").status, admin.get("/readyz").text.strip()) == (503, "draining")
    assert admin.get("/healthz").status == 200
    for i in (2, 3):
        eventually(lambda: fleet.members(i)[1]["draining"], 3.0, f"beacon {i} knows")
    assert order(fleet, 1, method="DELETE").status == 200
    assert admin.get("/readyz").status == 200
    for i in (2, 3):
        eventually(lambda: not fleet.members(i)[1]["draining"], 3.0, f"beacon {i} knows that it is over")


def test_registered_nodes_are_served_and_new_ones_are_not(fleet):
    old = fleet.node(1, 10)
    other = fleet.node(2, 20)
    fleet.wait_owner(10, 1)
    fleet.wait_owner(20, 2)
    order(fleet, 1)
    new = fleet.client(1)
    new.register(30)
    eventually(lambda: drain(fleet, 1)["nodes"]["refused"] == 1, 2.0, "the new id is refused")
    assert fleet.home(1, 30) is None
    crosses(other, 20, old, 10)
    crosses(old, 10, other, 20)
    old.send(wire.discover(10))
    old.expect(wire.discover_reply(*old.endpoint))
    order(fleet, 1, method="DELETE")
    new.register(30)
    fleet.wait_owner(30, 1)


def test_a_node_moves_from_a_draining_beacon_at_once(fleet):
    """Its old endpoint would still answer a probe: nobody asks it."""
    old = fleet.node(1, 10)
    fleet.wait_owner(10, 1)
    order(fleet, 1, "?then=stay")
    eventually(lambda: fleet.members(2)[1]["draining"], 3.0, "beacon 2 knows")
    moved = fleet.node(2, 10)
    fleet.wait_owner(10, 2)
    crosses(fleet.node(3, 30), 30, moved, 10)
    assert old.probes == []
    status = eventually(lambda: (s := drain(fleet, 1))["state"] == "left" and s, 15.0, "it has left")
    assert (status["nodes"]["moved"], status["nodes"]["left"], status["frames"]["lost"]) == (1, 0, 0)
    for i in (2, 3):
        eventually(lambda: fleet.states(i)[1] == "left", 3.0, f"beacon {i} has 1 for left")


def test_the_deadline_ends_it(fleet):
    fleet.node(1, 10)
    order(fleet, 1, "?deadline=1s")
    status = drained(fleet, 1, 15.0)
    assert status["nodes"]["left"] == 1
    for i in (2, 3):
        eventually(lambda: fleet.states(i)[1] == "left", 3.0, f"beacon {i} has 1 for left")


def test_the_last_serving_beacon_is_not_drained_but_by_force(fleet):
    for i in (1, 2):
        fleet.node(i, 10 * i)
        assert order(fleet, i, "?then=stay").status == 200
        eventually(lambda: fleet.members(3)[i]["draining"], 3.0, "3 knows")
    dry = order(fleet, 3, "?dry_run=1")
    assert dry.status == 200 and "no other beacon" in dry.text
    refused = order(fleet, 3)
    assert refused.status == 409 and "no other beacon" in refused.text, refused.text
    assert drain(fleet, 3)["state"] == "serving"
    assert order(fleet, 3, "?force=1&then=stay").status == 200
    newcomer = fleet.client(3)
    newcomer.register(30)
    fleet.wait_owner(30, 3, at=[3])


def test_a_dry_run_changes_nothing(fleet):
    fleet.node(1, 10)
    assert order(fleet, 1, "?dry_run=1").status == 200
    assert drain(fleet, 1)["state"] == "serving"
    assert fleet.beacons[1].admin.get("/readyz").status == 200


@pytest.mark.beacons(2)
def test_sigterm_drains_where_it_is_told_to(fleet):
    fleet.stop(1)
    beacon = fleet.start(1, "--drain-on-term", "60s")
    fleet.settle()
    fleet.node(1, 10)
    fleet.wait_owner(10, 1)
    beacon.process.terminate()
    eventually(lambda: drain(fleet, 1)["state"] == "draining", 3.0, "it drains")
    fleet.node(2, 10)
    assert drained(fleet, 1, 15.0)["nodes"]["moved"] == 1


def test_a_lone_beacon_drains_until_its_deadline(launch):
    beacon = launch("--drain-on-term", "1s")
    client = beacon.client()
    client.register(10)
    beacon.process.terminate()
    eventually(lambda: beacon.admin.get("/readyz").status == 503, 3.0, "it drains")
    beacon.client().register(11)
    assert beacon.process.wait(10) == 0, beacon.log()


def test_a_second_sigterm_stops_at_once(launch):
    beacon = launch("--drain-on-term", "1h")
    beacon.client().register(10)
    beacon.process.terminate()
    eventually(lambda: beacon.admin.get("/readyz").status == 503, 3.0, "it drains")
    beacon.process.terminate()
    assert beacon.process.wait(10) == 0, beacon.log()


def test_the_registry_is_told_no_longer(launch, registry):
    scripted = registry(REGISTERED, listing())
    beacon = launch("--registry", scripted.address, "--beacon-id", "7", "--gossip-addr", "none")
    eventually(lambda: scripted.connections >= 1, 5.0, "it has announced itself")
    assert beacon.admin.request("POST", "/drain?deadline=1h").status == 200
    seen = scripted.connections
    assert beacon.admin.request("DELETE", "/drain").status == 200
    eventually(lambda: scripted.connections > seen, 5.0, "and again at once when the drain is over")
