"""Nodes behind real NATs: they reach each other by punching where that is possible and by relay where it is not."""

import subprocess
import time

import pytest

from nat_lab import BEACON_IP, BEACON_PORT, PUBLIC_IP, STRANGER_IP, Nat, NatLab

pytestmark = [pytest.mark.root, pytest.mark.tools("ip", "nft", "conntrack", "sysctl")]

A, B = 10, 20


@pytest.fixture
def lab(launch, request):
    """A lab with the NATs of the `nats` marker, and a beacon in its public namespace.

    No relay budget: a test that sends as fast as it can would use it up on a fast machine.
    """
    nats = request.node.get_closest_marker("nats")
    lab = NatLab(*(nats.args if nats else ()))
    try:
        beacon = launch(
            "--admin", "none", "--punch-whitelist", "*", "--relay-rate", "0",
            host=BEACON_IP, port=BEACON_PORT, prefix=lab.inside("public"), wait=False,
        )  # fmt: skip
        yield lab
        assert beacon.stop() == 0
    finally:
        lab.close()


def nodes(lab):
    """Both daemons, started and registered; the addresses that the beacon saw them at."""
    a, b = lab.daemon("node-a", A), lab.daemon("node-b", B)
    return a, b, registered(a), registered(b)


def registered(daemon):
    """Starts a daemon, again if it was faster than the beacon."""
    deadline = time.monotonic() + 10
    while True:
        try:
            daemon.tell("discover", node=0)
            daemon.wait("reply", seconds=0.5)
            return daemon.discover()
        except AssertionError:
            assert time.monotonic() < deadline, "the beacon does not answer"


def exchange(a, b, path):
    """A frame each way, which must take this path."""
    for source, target in ((a, b), (b, a)):
        source.tell("send", peer=target.node, payload=f"from {source.node}")
        event = target.wait("delivered")
        assert event == {
            "event": "delivered",
            "sender": source.node,
            "payload": f"from {source.node}",
            "path": path,
        }


def reach(a, b):
    """Both try to reach each other, as daemons do; the kinds of path they end up with."""
    a.tell("reach", peer=b.node)
    b.tell("reach", peer=a.node)
    return [daemon.wait("path")["kind"] for daemon in (a, b)]


def test_port_preserving_nats_are_punched(lab):
    a, b, at_a, at_b = nodes(lab)
    assert (at_a, at_b) == ((PUBLIC_IP["a"], 4_000), (PUBLIC_IP["b"], 4_000))
    assert reach(a, b) == ["direct", "direct"]
    exchange(a, b, "direct")


def test_before_the_punch_nothing_comes_in(lab):
    """The NATs of this lab do filter: without it the test above would say nothing."""
    a, b, _, at_b = nodes(lab)
    intruder = lab.daemon("stranger", 66)
    registered(intruder)
    a.tell("send", peer=B, payload="through the beacon")
    b.wait("delivered")
    intruder.tell("poke", address=at_b, payload="PILP")
    a.tell("send", peer=B, payload="again")
    b.wait("delivered")
    assert not [event for event in b.collect() if event["event"] in ("punched", "stray")]


@pytest.mark.nats(Nat.PORT_PRESERVING, Nat.SYMMETRIC)
def test_one_symmetric_nat_means_relay(lab):
    relayed(lab)


@pytest.mark.nats(Nat.SYMMETRIC, Nat.SYMMETRIC)
def test_two_symmetric_nats_mean_relay(lab):
    relayed(lab)


def relayed(lab):
    """Both are told to punch, neither gets through, and the relay carries their frames both ways."""
    a, b, _, at_b = nodes(lab)
    assert at_b[1] != 4_000, "the NAT is not symmetric"
    assert reach(a, b) == ["relay", "relay"]
    for daemon in (a, b):
        assert any(event["event"] == "commanded" for event in daemon.collect())
    exchange(a, b, "relay")


def test_a_rebound_mapping_is_followed_within_a_second(lab):
    """The router forgets its mapping and gives out new ports. The node's next Discover tells the beacon; the old
    mapping is silent, so the claim wins after 500 ms."""
    a, b, before, _ = nodes(lab)
    b.tell("send", peer=A, payload="before")
    a.wait("delivered")
    lab.translate("a", Nat.REBOUND)
    moved = time.monotonic()
    after = a.discover()
    assert after[0] == before[0] and after[1] in range(50_000, 51_000)
    while time.monotonic() - moved < 1.0:
        b.tell("send", peer=A, payload="after")
        try:
            a.wait("delivered", seconds=0.05, matching=lambda event: event["payload"] == "after")
            break
        except AssertionError:
            continue
    else:
        pytest.fail("the rebound mapping was not followed within 1 s")


def test_a_strangers_claim_does_not_take_a_live_node(lab):
    """By Discover and by a punch request in the node's name. The node proves, through its NAT, that it lives."""
    a, b, _, _ = nodes(lab)
    stranger = lab.daemon("stranger", 66)
    registered(stranger)
    stranger.tell("claim", node=A, target=B)
    assert stranger.wait("reply")["address"] == [STRANGER_IP, 4_000]
    a.wait("probed")
    until = time.monotonic() + 1.5
    number = 0
    while time.monotonic() < until:
        b.tell("send", peer=A, payload=f"frame {number}")
        a.wait("delivered", seconds=2, matching=lambda event: event["payload"] == f"frame {number}")
        number += 1
        if number % 10 == 0:
            stranger.tell("claim", node=A, target=B)
    assert number > 10
    assert not [event for event in stranger.collect() if event["event"] == "delivered"]


def test_the_lab_leaves_nothing_behind():
    lab = NatLab()
    lab.daemon("node-a", A)
    lab.close()
    left = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    assert lab.space("") not in left
