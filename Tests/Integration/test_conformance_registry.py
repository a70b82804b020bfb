"""Rounds with the registry: protocol.md §12.7, one test a row, named after it. The registry is a scripted one."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import wire
from admin import eventually
from harness import Client, free_port, quiet
from registry import LIST_REQUEST, REFUSED, REGISTERED, entry, framed, listing, peers, state

ROUND_SECONDS = 30


@contextmanager
def others(port: int, count: int) -> Iterator[list[Client]]:
    """Sockets of other beacons, there before the beacon on `port` starts."""
    clients = [Client("127.0.0.1", port) for _ in range(count)]
    try:
        yield clients
    finally:
        for client in clients:
            client.close()


def test_Y1_a_round_announces_this_beacon_and_takes_the_list(registry, launch):
    port = free_port()
    with others(port, 2) as (s7, s9):
        fake = registry(
            REGISTERED,
            listing(
                entry(7, s7), entry(9, s9), entry(10, ""), entry(11, "nonsense"), "a string instead of an object",
                entry(12, f"127.0.0.1:{port}"),
            ),
        )  # fmt: skip
        beacon = launch("--registry", fake.address, "--beacon-id", "7", port=port)
        assert fake.message() == framed(
            {"addr": f"127.0.0.1:{port}", "beacon_id": 7, "type": "beacon_register"}
        ), "the beacon connects at start"
        assert fake.message() == LIST_REQUEST
        s9.expect(wire.sync(7, []), seconds=5)
        quiet(s7)
        assert list(peers(beacon)) == [f"127.0.0.1:{s9.port}"], "nor to itself, under whatever id"
        assert peers(beacon)[f"127.0.0.1:{s9.port}"]["listed_by_registry"]
    shown = state(beacon)
    assert shown["state"] == "ok" and shown["rounds"] == 1 and shown["failures"] == 0
    assert shown["announced_as"] == f"127.0.0.1:{port}"
    assert shown["beacons"] == 1 and shown["skipped"] == 3
    assert 0 <= shown["last_success_seconds"] < 30


def test_Y2_the_token_and_the_advertised_address_are_announced(registry, launch):
    fake = registry(REGISTERED, listing())
    launch(
        "--registry", fake.address, "--beacon-id", "7", "--advertise-addr", "203.0.113.5:9001",
        environment={"BEACON_REGISTRY_ADMIN_TOKEN": 's3cret"\\'},
    )  # fmt: skip
    assert fake.message() == framed(
        {"addr": "203.0.113.5:9001", "admin_token": 's3cret"\\', "beacon_id": 7, "type": "beacon_register"}
    )


def test_Y3_a_standalone_beacon_leaves_the_registry_alone(registry, launch):
    fake = registry(REGISTERED, listing())
    with_id_0 = launch("--registry", fake.address, "--beacon-id", "0")
    without = launch("--beacon-id", "7")
    quiet(with_id_0.client(), without.client(), seconds=1)
    assert fake.connections == 0
    assert state(with_id_0) is None and state(without) is None


def test_Y5_a_refused_beacon_uses_the_list_and_says_that_it_was_refused(registry, launch):
    port = free_port()
    with others(port, 1) as (s9,):
        fake = registry(REFUSED, listing(entry(9, s9)))
        beacon = launch("--registry", fake.address, "--beacon-id", "7", port=port)
        s9.expect(wire.sync(7, []), seconds=5)
    shown = state(beacon)
    assert (shown["state"], shown["last_error"]) == ("refused", "admin token required")
    assert shown["last_success_seconds"] is None
    assert "admin token required" in beacon.log()
    assert 'beacon_registry_rounds_total{result="refused"} 1' in beacon.admin.get("/metrics").text


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_Y7_a_wildcard_listener_announces_the_address_that_reaches_the_registry(registry, launch, host):
    port = free_port()
    fake = registry(REGISTERED, listing(), host=host)
    launch("--registry", fake.address, "--beacon-id", "7", "--addr", f":{port}", port=port)
    announced = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    assert fake.message() == framed({"addr": announced, "beacon_id": 7, "type": "beacon_register"})


def test_a_listed_beacon_is_a_peer_beside_the_configured_ones(registry, launch):
    """Its syncs are taken in strict mode by its IP, its frames cost no budget; who is not listed has neither."""
    port = free_port()
    with others(port, 2) as (configured, listed):
        fake = registry(REGISTERED, listing(entry(9, listed)))
        beacon = launch(
            "--registry", fake.address, "--beacon-id", "7", "--strict-gossip", "--relay-rate", "10",
            "--peers", f"127.0.0.9:{configured.port}", port=port,
        )  # fmt: skip
        eventually(lambda: len(peers(beacon)) == 2, what="both are peers")
        stranger = beacon.client(ip="127.0.0.2")
        stranger.send(wire.sync(99, [30]))
        beacon.admin.dropped("sync_stranger", 1)
        listed.expect(wire.sync(7, []), seconds=5)
        listed.send(wire.sync(9, [20]))
        eventually(lambda: beacon.admin.stats().routes == 1, what="its sync is taken")

        node = beacon.client()
        node.register(10)
        for number in range(50):
            listed.send(wire.relay(20, 10, b"%d" % number))
            node.expect(wire.deliver(20, b"%d" % number))
    assert beacon.admin.stats().dropped["relay_rate"] == 0


def test_two_beacons_find_each_other(registry, launch):
    """Nothing but the registry tells them of each other; both read the same list, which names them too."""
    ports = free_port(), free_port()
    fake = registry(REGISTERED, listing(*(entry(i + 1, f"127.0.0.1:{ports[i]}") for i in (1, 0))))
    s0, s1 = (launch("--registry", fake.address, "--beacon-id", str(i + 1), port=ports[i]).client() for i in (0, 1))
    s0.register(10)
    s1.register(20)

    def delivered():
        s0.send(wire.relay(10, 20, b"x"))
        return s1.receive(0.2)

    assert eventually(delivered, seconds=15, what="delivery through the other beacon") == wire.deliver(10, b"x")


def test_a_registry_that_hangs_disturbs_nobody(registry, launch):
    """The beacon serves meanwhile, and still stops in time (the fixture checks that)."""
    fake = registry(None)
    beacon = launch("--registry", fake.address, "--beacon-id", "7")
    fake.message()
    beacon.client().register(10)
    assert state(beacon)["state"] == "never"


def test_no_registry_at_the_address(launch):
    with socket.socket() as bound:  # but not listening
        bound.bind(("127.0.0.1", 0))
        beacon = launch("--registry", "127.0.0.1:%d" % bound.getsockname()[1], "--beacon-id", "7")
        eventually(lambda: state(beacon)["state"] == "unreachable", what="unreachable")
    assert "Connection refused" in state(beacon)["last_error"]


@pytest.mark.slow
def test_an_error_leaves_the_list_as_it_was_and_an_empty_list_does_not(registry, launch):
    """Three rounds. Upstream loses its peers by the error already."""
    port = free_port()
    with others(port, 1) as (s9,):
        fake = registry(REGISTERED, listing(entry(9, s9)))
        beacon = launch("--registry", fake.address, "--beacon-id", "7", port=port)
        eventually(lambda: len(peers(beacon)) == 1, what="listed")
        fake.replies = (REGISTERED, REFUSED)
        eventually(lambda: state(beacon)["rounds"] == 2, seconds=ROUND_SECONDS + 5, what="the second round")
        assert state(beacon)["state"] == "refused"
        s9.pending()
        s9.expect(wire.sync(7, []), seconds=11)
        assert len(peers(beacon)) == 1
        fake.replies = (REGISTERED, listing())
        eventually(lambda: state(beacon)["rounds"] == 3, seconds=ROUND_SECONDS + 5, what="the third round")
        eventually(lambda: not peers(beacon), what="no peer is left")
