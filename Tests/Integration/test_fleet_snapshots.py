"""Snapshots of beacons in a fleet: what they say of the others, and starting from one while the others live on."""

import contextlib
from pathlib import Path

import wire
from admin import eventually
from fleet import Fleet, crosses
from harness import Client
from test_snapshots import opened, snapshots, take


def recording(fleet: Fleet, i: int, directory: Path, *arguments: str):
    """Beacon i, started anew with snapshots."""
    fleet.kill(i)
    fleet.start(i, "--snapshot-dir", str(directory), *arguments)
    fleet.settle()
    return fleet.beacons[i]


def test_the_others_their_states_and_their_logs(fleet, tmp_path):
    beacon = recording(fleet, 1, tmp_path / "snapshots")
    node = fleet.node(2, 20)
    fleet.wait_owner(20, 2)
    fleet.kill(3)
    eventually(lambda: fleet.states(1)[3] == "dead", 10)
    assert take(beacon)["error"] is None
    with contextlib.closing(opened(snapshots(tmp_path / "snapshots")[0], tmp_path)) as database:
        states = dict(database.execute("SELECT beacon, state FROM peers WHERE kind = 'member'"))
        assert states == {2: "alive", 3: "dead"}
        (evidence,) = database.execute("SELECT evidence FROM peers WHERE beacon = 3").fetchone()
        # Whichever of the two came first to the verdict: the other followed it.
        assert "accusers=" in evidence and "last_chance_failed=" in evidence
        history = database.execute("SELECT state, time FROM peer_history WHERE beacon = 3 ORDER BY rowid").fetchall()
        assert [state for state, _ in history][-2:] == ["suspect", "dead"]
        (since,) = database.execute("SELECT since FROM peers WHERE beacon = 3").fetchone()
        assert abs(since - history[-1][1]) < 1
        owners = dict(database.execute("SELECT owner, entries FROM directory_owners"))
        assert owners[2] == 1 and set(owners) >= {1, 2}
        counters = dict(database.execute("SELECT name, value FROM counters"))
        assert counters["members_alive"] == 1 and counters["members_dead"] == 1
    node.close()


def test_a_restored_beacon_does_not_take_back_who_has_moved_on(fleet, tmp_path):
    directory = tmp_path / "snapshots"
    beacon = recording(fleet, 2, directory)
    stays, moves = (Client("127.0.0.1", fleet.ports[2]) for _ in range(2))
    stays.register(20)
    moves.register(21)
    fleet.wait_owner(21, 2)
    assert take(beacon)["error"] is None
    fleet.kill(2)
    moved = Client("127.0.0.1", fleet.ports[1])
    eventually(lambda: fleet.states(1)[2] == "dead", 10)
    moved.send(wire.discover(21))
    moved.expect(wire.discover_reply(*moved.endpoint))
    fleet.wait_owner(21, 1)

    fleet.start(2, "--snapshot-dir", str(directory), "--restore", "latest")
    neighbour = Client("127.0.0.1", fleet.ports[2])
    neighbour.send(wire.relay(1, 20, b"at once"))
    stays.expect(wire.deliver(1, b"at once"))
    fleet.settle()
    fleet.wait_owner(20, 2, seconds=15)
    source = fleet.node(3, 30)
    crosses(source, 30, stays, 20)
    fleet.wait_owner(21, 1)
    eventually(lambda: fleet.beacons[2].admin.get("/stats").json()["nodes"]["registered"] == 1, 10)
    crosses(neighbour, 1, moved, 21)
    for client in (stays, moves, moved, neighbour):
        client.close()
