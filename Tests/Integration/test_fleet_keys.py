"""Keys: what starts and what does not, who understands whom, reload and rotation."""

import signal
import secrets
import time

import pytest

from admin import eventually
from fleet import Fleet, crosses
from harness import Beacon, free_port


def refused(*arguments: str) -> str:
    """Starts a beacon that must not start, for its configuration; what it says."""
    beacon = Beacon(*arguments, wait=False)
    try:
        assert beacon.process.wait(10) == 78, beacon.log()
        return beacon.log()
    finally:
        beacon.kill()


def test_far_peers_without_a_key_do_not_start():
    log = refused("--beacon-id", "1", "--peers", "192.0.2.9:9001")
    for word in ("192.0.2.9:9001", "openssl rand -hex 32", "--fleet-key-file", "--fleet-insecure", "--gossip-addr none"):
        assert word in log, log


@pytest.mark.parametrize("choice", (["--fleet-insecure"], ["--gossip-addr", "none"]))
def test_the_ways_out_start(launch, choice):
    gossip = ["--gossip-addr", f"127.0.0.1:{free_port()}"] if choice == ["--fleet-insecure"] else []
    beacon = launch("--beacon-id", "1", "--peers", "192.0.2.9:9001", *gossip, *choice)
    assert beacon.admin.get("/fleet").json()["enabled"] is (choice == ["--fleet-insecure"])


def test_loopback_peers_alone_start_no_fleet(launch):
    """As a reference beacon would: a fleet is asked for by a key, or by naming --gossip-addr."""
    beacon = launch("--beacon-id", "1", "--peers", f"127.0.0.1:{free_port()}")
    assert beacon.admin.get("/fleet").json()["enabled"] is False


def test_a_fleet_needs_ids():
    fleet = Fleet(1, start=False)
    try:
        key = str(fleet.write_keys(1, fleet.key))
        assert "--beacon-id" in refused("--fleet-key-file", key)
        assert "--beacon-id" in refused("--gossip-addr", "127.0.0.1:0")
    finally:
        fleet.close()


def test_bad_key_files():
    fleet = Fleet(1, start=False)
    try:
        path = str(fleet.key_file(1))
        assert path in refused("--beacon-id", "1", "--fleet-key-file", path)
        for lines, words in (
            ([], "holds no key"),
            (["# only a remark"], "holds no key"),
            ([fleet.key, "nonsense"], f"{path}:2:"),
            ([fleet.key, "", fleet.key.upper()], f"{path}:3: the same key as in line 1"),
            (["00" * 32], f"{path}:1:"),
        ):
            fleet.write_keys(1, *lines)
            log = refused("--beacon-id", "1", "--fleet-key-file", path)
            assert words in log, log
            assert fleet.key not in log.lower()
        fleet.write_keys(1, fleet.key, mode=0o644)
        assert "chmod" in refused("--beacon-id", "1", "--fleet-key-file", path)
    finally:
        fleet.close()


def test_a_fleet_without_a_key_on_loopback():
    fleet = Fleet(2, key=False)
    try:
        assert fleet.fleet(1)["keys"] == {"sealing": None, "ids": []}
        b = fleet.node(2, 20)
        crosses(fleet.node(1, 10), 10, b, 20)
        assert fleet.beacons[1].admin.request("POST", "/fleet/keys/rotate").status >= 400
    finally:
        fleet.close()


def test_a_wrong_key_is_another_fleet():
    fleet = Fleet(3, start=False)
    try:
        fleet.write_keys(3, secrets.token_hex(32))
        for i in fleet.ids:
            fleet.start(i)
        for i, j in ((1, 2), (2, 1)):
            eventually(lambda: fleet.states(i).get(j) == "alive", 5.0, f"{j} is alive at {i}")
        eventually(
            lambda: {peer["kind"] for peer in fleet.beacons[3].admin.get("/peers").json()["peers"]} == {"reference"},
            6.0,
            "3 has nobody of its fleet",
        )
        assert fleet.states(3) == {} and 3 not in fleet.states(1)
        eventually(lambda: fleet.beacons[1].admin.stats().dropped["hello_unauthenticated"] > 0, what="3's hello is refused")
    finally:
        fleet.close()


def test_another_label_is_another_fleet():
    fleet = Fleet(2, start=False)
    try:
        fleet.start(1, "--fleet-label", "green")
        fleet.start(2, "--fleet-label", "blue")
        # They have the key in common; by the label they are strangers already to hellos.
        for i in fleet.ids:
            beacon = fleet.beacons[i]
            eventually(
                lambda: [peer["kind"] for peer in beacon.admin.get("/peers").json()["peers"]] == ["reference"],
                8.0,
                f"{i} takes the other for a stranger",
            )
            eventually(lambda: beacon.admin.stats().dropped["hello_unauthenticated"] > 0, what="a hello is refused")
        assert fleet.states(1) == {} and fleet.states(2) == {}
    finally:
        fleet.close()


def test_sighup_reads_the_keys_again(fleet):
    """A rotation by hand: everybody opens with the new key, then everybody seals with it, then the old one goes."""
    new = secrets.token_hex(32)

    def give(*keys: str) -> None:
        for i in fleet.ids:
            fleet.write_keys(i, *keys)
            fleet.beacons[i].process.send_signal(signal.SIGHUP)
        for i in fleet.ids:
            eventually(lambda: len(fleet.fleet(i)["keys"]["ids"]) == len(keys), 2.0, f"{i} has {len(keys)} keys")

    old = fleet.fleet(1)["keys"]["sealing"]
    give(fleet.key, new)
    give(new, fleet.key)
    eventually(lambda: fleet.fleet(1)["keys"]["sealing"] != old, 2.0)
    give(new)
    until = time.monotonic() + 3
    while time.monotonic() < until:
        for i in fleet.ids:
            assert set(fleet.states(i).values()) == {"alive"}
    b = fleet.node(2, 20)
    crosses(fleet.node(1, 10), 10, b, 20)
    for i in fleet.ids:
        assert not fleet.fallen(i)


def test_a_broken_file_on_sighup_changes_nothing(fleet):
    before = fleet.fleet(1)["keys"]
    fleet.write_keys(1, "nonsense")
    fleet.beacons[1].process.send_signal(signal.SIGHUP)
    eventually(lambda: "cannot be read again" in fleet.beacons[1].log(), 2.0, "a warning")
    assert fleet.fleet(1)["keys"] == before
    assert fleet.beacons[1].admin.request("POST", "/fleet/keys/reload").status >= 400
    fleet.write_keys(1, fleet.key)


def test_rotation_by_one_command(fleet):
    """Everybody gets the new key, seals with it, and keeps it in the file; nobody is suspected."""
    old = fleet.fleet(1)["keys"]["sealing"]
    answer = fleet.beacons[1].admin.request("POST", "/fleet/keys/rotate")
    assert answer.status in (200, 202), answer.text
    eventually(lambda: fleet.fleet(1)["rotation"]["state"] == "completed", 10.0, "completed")
    new = fleet.fleet(1)["keys"]["sealing"]
    assert new != old
    for i in fleet.ids:
        eventually(lambda: fleet.fleet(i)["keys"]["sealing"] == new, 5.0, f"{i} seals with the new key")
        eventually(lambda: len(fleet.key_file(i).read_text().split("\n")) >= 3, 2.0, "stored")
        keys = [line for line in fleet.key_file(i).read_text().split("\n") if line and not line.startswith("#")]
        assert len(keys) == 2 and keys[1] == fleet.key and len(keys[0]) == 64
        assert fleet.key_file(i).stat().st_mode & 0o777 == 0o600
        assert not fleet.fallen(i)
    # The file is what a restart comes back with.
    fleet.kill(2)
    fleet.start(2)
    fleet.settle()
    assert fleet.fleet(2)["keys"]["sealing"] == new
    b = fleet.node(2, 20)
    crosses(fleet.node(1, 10), 10, b, 20)


def test_one_that_was_away_over_a_rotation_is_caught_up(fleet):
    fleet.kill(3)
    eventually(lambda: fleet.states(1)[3] == "dead", 10.0, "3 is dead")
    fleet.beacons[1].admin.request("POST", "/fleet/keys/rotate")
    eventually(lambda: fleet.fleet(1)["rotation"]["state"] == "completed", 10.0, "completed")
    fleet.start(3)
    fleet.settle(15.0)
    new = fleet.fleet(1)["keys"]["sealing"]
    eventually(lambda: fleet.fleet(3)["keys"]["sealing"] == new, 10.0, "3 seals with the new key")
