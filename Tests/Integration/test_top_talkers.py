"""Who talks most, over real sockets: what /top, /drain, /metrics and a snapshot make of the same frames."""

import contextlib

import pytest

import wire
from admin import eventually
from harness import Beacon, Client
from test_snapshots import opened, snapshots, take

SMALL, LARGE = b"x" * 10, b"y" * 1_000


@pytest.fixture
def talking(launch, tmp_path) -> tuple[Beacon, list[Client]]:
    """Node 10 sends twelve small frames to 20, and node 20 three large ones to 30; two more have nowhere to go."""
    beacon = launch("--snapshot-dir", str(tmp_path / "snapshots"), "--gossip-addr", "none", "--shards", "2")
    clients = beacon.clients(3)
    for node, client in zip((10, 20, 30), clients, strict=True):
        client.register(node)
    ten, twenty, thirty = clients
    for _ in range(12):
        ten.send(wire.relay(10, 20, SMALL))
        twenty.expect(wire.deliver(10, SMALL))
    for _ in range(3):
        twenty.send(wire.relay(20, 30, LARGE))
        thirty.expect(wire.deliver(20, LARGE))
    for _ in range(2):
        ten.send(wire.relay(10, 99, LARGE))
    beacon.admin.dropped("unknown_destination", 2)
    eventually(lambda: top(beacon)["packets"] == 15, what="all frames are published")
    return beacon, clients


def top(beacon: Beacon, query: str = "") -> dict:
    answer = beacon.admin.get(f"/top{query}")
    assert answer.status == 200, answer.text
    return answer.json()


def row(packets: int, size: int, **name: object) -> dict:
    return {**name, "packets": packets, "packets_error": 0, "bytes": packets * size, "bytes_error": 0}


def test_top_counts_frames_and_bytes_of_sources_nodes_and_pairs(talking):
    beacon, (ten, twenty, _) = talking
    page = top(beacon)
    assert page["bytes"] == 12 * 10 + 3 * 1_000 and page["sampled_one_in"] == 1 and page["by"] == "packets"
    assert page["sources"] == [
        row(12, 10, source=f"127.0.0.1:{ten.port}"),
        row(3, 1_000, source=f"127.0.0.1:{twenty.port}"),
    ]
    assert page["nodes"] == [row(12, 10, node=20), row(3, 1_000, node=30)]
    assert page["pairs"] == [row(12, 10, **{"from": 10, "to": 20}), row(3, 1_000, **{"from": 20, "to": 30})]
    assert [node["node"] for node in top(beacon, "?by=bytes&n=1")["nodes"]] == [30]
    text = beacon.admin.get("/top?by=bytes&n=1&format=text").text
    assert "sources\n" in text and f"127.0.0.1:{twenty.port}" in text and f"127.0.0.1:{ten.port}" not in text
    assert beacon.admin.get("/top?n=501").status == 400


def test_active_pairs_are_counted_and_measured(talking):
    beacon, _ = talking
    assert top(beacon)["active_pairs"] == 2
    assert beacon.admin.get("/drain").json()["active_pairs"] == 2
    assert "\nbeacon_relay_pairs_active 2\n" in beacon.admin.get("/metrics").text


def test_a_drain_names_the_busiest_that_are_left(talking):
    beacon, _ = talking
    assert beacon.admin.get("/drain").json()["busiest"] == []
    assert beacon.admin.request("POST", "/drain?deadline=60s&then=stay").status == 200
    assert beacon.admin.get("/drain").json()["busiest"] == [
        {"node": 20, "frames": 12, "bytes": 120},
        {"node": 30, "frames": 3, "bytes": 3_000},
    ]
    assert beacon.admin.request("DELETE", "/drain").status == 200


def test_a_snapshot_keeps_them(talking, tmp_path):
    beacon, (ten, twenty, _) = talking
    assert take(beacon)["error"] is None
    with contextlib.closing(opened(snapshots(tmp_path / "snapshots")[0], tmp_path)) as database:
        rows = database.execute("SELECT kind, name, packets, bytes, error FROM top_talkers ORDER BY rowid").fetchall()
    assert rows == [
        ("source", f"127.0.0.1:{ten.port}", 12, 120, 0),
        ("source", f"127.0.0.1:{twenty.port}", 3, 3_000, 0),
        ("node", "20", 12, 120, 0),
        ("node", "30", 3, 3_000, 0),
        ("pair", "10->20", 12, 120, 0),
        ("pair", "20->30", 3, 3_000, 0),
    ]
