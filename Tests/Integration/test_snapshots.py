"""Snapshots: what is in them, what becomes of them when things go wrong, and a beacon that starts from one."""

import contextlib
import gzip
import os
import random
import select
import shutil
import signal
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

import wire
from admin import eventually
from harness import Beacon, binary

TABLES = {
    "about", "meta", "config", "counters", "samples", "shards", "nodes", "peers", "peer_history", "directory_owners",
    "events", "drops", "top_talkers",
}  # fmt: skip


def snapshots(directory: Path) -> list[Path]:
    """Newest first, compressed ones too."""
    return sorted(directory.glob("beacon-*.sqlite*"), key=lambda path: path.name, reverse=True)


def opened(path: Path, tmp_path: Path) -> sqlite3.Connection:
    """The snapshot, checked by a SQLite that is not ours."""
    if path.suffix == ".gz":
        plain = tmp_path / "unpacked.sqlite"
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        path = plain
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return database


def meta(database: sqlite3.Connection) -> dict[str, str]:
    return dict(database.execute("SELECT name, value FROM meta"))


def take(beacon: Beacon) -> dict:
    """Orders a snapshot and waits for how it ended."""
    answer = beacon.admin.request("POST", "/snapshot")
    assert answer.status == 200, answer.text
    number = answer.json()["number"]

    def ended():
        last = beacon.admin.get("/snapshots").json()["last"]
        return last if last and last["number"] >= number else None

    return eventually(ended, 15, "the snapshot")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


@pytest.fixture
def recording(launch, directory):
    return launch("--snapshot-dir", str(directory), "--beacon-id", "7", "--gossip-addr", "none",
                  "--registry-admin-token", "hidden-hidden")  # fmt: skip


def test_a_snapshot_has_everything(recording, directory, tmp_path):
    client, other = recording.clients(2)
    client.register(10)
    other.register(20, extended=True)
    client.send(b"\xff")
    recording.admin.dropped("unknown_type", 1)
    eventually(lambda: recording.admin.get("/stats").json()["uptime_seconds"] > 1.5, 5)
    last = take(recording)
    assert last["error"] is None and last["nodes"] == 2 and last["reason"] == "operator"
    path = directory / last["file"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    database = opened(path, tmp_path)
    assert {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} == TABLES
    facts = meta(database)
    assert facts["beacon_id"] == "7" and facts["reason"] == "operator" and facts["nodes"] == "2"
    assert dict(database.execute("SELECT id, endpoint FROM nodes")) == {
        10: "127.0.0.1:%d" % client.port,
        20: "127.0.0.1:%d" % other.port,
    }
    assert database.execute("SELECT wants_destination FROM nodes ORDER BY id").fetchall() == [(0,), (1,)]
    counters = dict(database.execute("SELECT name, value FROM counters"))
    assert counters["drop_unknown_type"] == 1 and counters["nodes"] == 2
    assert counters["received"] == counters["answered"] + counters["forwarded"] + counters["dropped"]
    assert dict(database.execute("SELECT reason, packets FROM drops"))["unknown_type"] == 1
    samples = database.execute("SELECT time, received, nodes, drop_unknown_type FROM samples ORDER BY time").fetchall()
    assert samples and samples[-1][1] <= counters["received"]
    kinds = [kind for (kind,) in database.execute("SELECT kind FROM events ORDER BY id")]
    assert kinds[0] == "started" and "admin_write" in kinds
    settings = dict(database.execute("SELECT key, value FROM config"))
    assert settings["registry-admin-token"] == "***" and b"hidden-hidden" not in path.read_bytes()
    explained = {name for (name,) in database.execute("SELECT table_name FROM about WHERE column_name = ''")}
    assert explained == TABLES


def test_without_a_directory_there_are_none(beacon):
    for method, path in (("GET", "/snapshots"), ("POST", "/snapshot")):
        answer = beacon.admin.request(method, path)
        assert answer.status == 409 and "--snapshot-dir" in answer.text
    assert beacon.admin.get("/stats").json()["snapshots"] is None


def test_a_signal_the_interval_and_the_end(launch, directory, tmp_path):
    beacon = launch("--snapshot-dir", str(directory), "--snapshot-interval", "1s")
    beacon.process.send_signal(signal.SIGUSR1)
    eventually(lambda: any("signal" in path.name for path in snapshots(directory)), 10)
    eventually(lambda: any("interval" in path.name for path in snapshots(directory)), 10)
    assert beacon.stop() == 0
    assert snapshots(directory)[0].name.endswith("-stop.sqlite")
    with contextlib.closing(opened(snapshots(directory)[0], tmp_path)) as database:
        assert meta(database)["reason"] == "stop"
        assert "stopping" in [kind for (kind,) in database.execute("SELECT kind FROM events")]


def test_old_ones_are_compressed_and_go(launch, directory, tmp_path):
    beacon = launch("--snapshot-dir", str(directory), "--snapshot-keep", "3", "--snapshot-interval", "0")
    names = [take(beacon)["file"] for _ in range(5)]
    eventually(lambda: len(snapshots(directory)) == 3 and sum(p.suffix == ".gz" for p in snapshots(directory)) == 2)
    found = snapshots(directory)
    assert [path.name.removesuffix(".gz") for path in found] == names[:1:-1]
    for path in found:
        opened(path, tmp_path).close()
    names = [path.name for path in found]
    eventually(lambda: [file["name"] for file in beacon.admin.get("/snapshots").json()["files"]] == names)
    listed = beacon.admin.get("/snapshots").json()
    assert listed["written"] == 5 and listed["failed"] == 0


def failing(beacon: Beacon, failed: int) -> None:
    """The beacon serves, and says that a snapshot failed."""
    beacon.client().register(99)
    stats = beacon.admin.get("/stats").json()["snapshots"]
    assert stats["failed"] == failed and stats["last_error"]
    metrics = beacon.admin.get("/metrics").text
    assert f'beacon_snapshots_total{{result="failed"}} {failed}\n' in metrics
    assert "a snapshot could not be written" in beacon.log()
    events = beacon.admin.get("/events?format=json&limit=1000").json()["events"]
    assert any(event["kind"] == "error" and event["fields"]["what"] == "snapshot" for event in events)


def test_a_directory_that_vanishes(recording, directory):
    assert take(recording)["error"] is None
    shutil.rmtree(directory)
    assert "No such file" in take(recording)["error"]
    failing(recording, 1)
    directory.mkdir()
    assert take(recording)["error"] is None


def test_a_directory_that_is_none(launch, tmp_path):
    (tmp_path / "file").write_text("")
    beacon = launch("--snapshot-dir", str(tmp_path / "file"))
    assert take(beacon)["error"]
    failing(beacon, 1)


def test_no_room(launch, directory, tmp_path):
    """A limit on the size of files is what a full disk looks like, as far as a writer can tell."""
    beacon = launch("--snapshot-dir", str(directory), prefix=("prlimit", "--fsize=unlimited:unlimited"))
    clients = beacon.clients(1)
    for node in range(1, 3_000):
        clients[0].send(wire.discover(node))
    eventually(lambda: beacon.admin.get("/stats").json()["nodes"]["registered"] > 2_000, 10)
    assert take(beacon)["error"] is None
    whole = snapshots(directory)
    subprocess.run(["prlimit", f"--pid={beacon.process.pid}", "--fsize=65536:unlimited"], check=True)
    assert take(beacon)["error"]
    failing(beacon, 1)
    assert snapshots(directory) == whole, "no half file, and the old one is there"
    opened(whole[0], tmp_path).close()
    subprocess.run(["prlimit", f"--pid={beacon.process.pid}", "--fsize=unlimited:unlimited"], check=True)
    assert take(beacon)["error"] is None


@pytest.mark.root
def test_a_full_disk(launch, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=True)
    try:
        beacon = launch("--snapshot-dir", str(disk))
        client = beacon.client()
        for node in range(1, 6_000):
            client.send(wire.discover(node))
        eventually(lambda: beacon.admin.get("/stats").json()["nodes"]["registered"] > 4_500, 10)
        assert "full" in take(beacon)["error"]
        failing(beacon, 1)
        assert list(disk.iterdir()) == []
        beacon.stop()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_process_that_is_killed_half_way(launch, directory, tmp_path):
    dice = random.Random(4)
    for _ in range(12):
        beacon = Beacon("--snapshot-dir", str(directory), "--snapshot-keep", "4")
        try:
            client = beacon.client()
            for node in range(1, 2_000):
                client.send(wire.discover(node))
            eventually(lambda: beacon.admin.get("/stats").json()["nodes"]["registered"] > 1_000, 10)
            for _ in range(dice.randrange(1, 3)):
                assert beacon.admin.request("POST", "/snapshot").status == 200
            select.select([], [], [], dice.random() * 0.06)
        finally:
            beacon.kill()
        for path in directory.glob("*.sqlite*"):
            if not path.name.endswith(".tmp"):
                opened(path, tmp_path).close()
    beacon = launch("--snapshot-dir", str(directory), "--snapshot-keep", "4")
    take(beacon)
    eventually(lambda: not list(directory.glob("*.tmp")), 5, "what was left is gone")
    eventually(lambda: 1 <= len(snapshots(directory)) <= 4, 5)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGILL, signal.SIGABRT])
def test_a_fatal_error_leaves_one_behind(directory, tmp_path, number):
    beacon = Beacon("--snapshot-dir", str(directory))
    try:
        beacon.client().register(5)
        beacon.process.send_signal(number)
        assert beacon.process.wait(15) == -number
    finally:
        beacon.kill()
    with contextlib.closing(opened(snapshots(directory)[0], tmp_path)) as database:
        assert meta(database)["reason"] == "fatal"
        (fields,) = database.execute("SELECT fields FROM events WHERE kind = 'fatal'").fetchone()
        assert fields == '{"signal":"%d"}' % number
        assert database.execute("SELECT id FROM nodes").fetchall() == [(5,)]


def crashed(directory: Path, *arguments: str) -> tuple[Beacon, list]:
    """A beacon that had three nodes, wrote a snapshot, and was killed; its clients' sockets are still open."""
    beacon = Beacon("--snapshot-dir", str(directory), "--beacon-id", "7", "--gossip-addr", "none", *arguments)
    clients = beacon.clients(3)
    for number, client in enumerate(clients):
        client.register(10 + number, extended=number == 2)
    assert take(beacon)["error"] is None
    beacon.process.kill()
    beacon.process.wait()
    return beacon, clients


def again(launch, before: Beacon, directory: Path, *arguments: str) -> Beacon:
    return launch(
        "--snapshot-dir", str(directory), "--beacon-id", "7", "--gossip-addr", "none", *arguments, port=before.port
    )


def relays(clients: list) -> None:
    """Nobody registers: the beacon knows where everybody is."""
    a, b, c = clients
    a.send(wire.relay(10, 11, b"one"))
    b.expect(wire.deliver(10, b"one"))
    b.send(wire.relay(11, 12, b"two"))
    c.expect(wire.deliver_with_destination(11, 12, b"two"))


def test_after_a_crash_relays_work_at_once(launch, directory):
    before, clients = crashed(directory)
    beacon = again(launch, before, directory, "--restore", "latest")
    relays(clients)
    nodes = beacon.admin.get("/nodes").json()["nodes"]
    assert [node["id"] for node in nodes] == [10, 11, 12] and not any(node["proven"] for node in nodes)
    events = beacon.admin.get("/events?format=json").json()["events"]
    assert [event["fields"] for event in events if event["kind"] == "restored"] == [{"nodes": "3"}]
    clients[0].register(10)
    mover = beacon.client()
    clients[1].alive = False
    mover.send(wire.discover(11))
    mover.expect(wire.discover_reply(*mover.endpoint))
    eventually(lambda: beacon.admin.get("/nodes/11").json()["endpoint"].endswith(f":{mover.port}"), 5)
    for client in clients:
        client.close()


def test_a_compressed_one_does_too(launch, directory):
    before, clients = crashed(directory)
    path = snapshots(directory)[0]
    (directory / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    again(launch, before, directory, "--restore", str(directory / f"{path.name}.gz"))
    relays(clients)
    for client in clients:
        client.close()


def edited(path: Path, sql: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(sql)
        database.commit()


def test_a_snapshot_that_is_too_old_is_left_alone(launch, directory):
    before, clients = crashed(directory)
    edited(snapshots(directory)[0], "UPDATE meta SET value = value - 601 WHERE name = 'taken_at'")
    beacon = again(launch, before, directory, "--restore", "latest")
    assert "older than a registration lasts" in beacon.log()
    assert beacon.admin.get("/nodes").json()["nodes"] == []
    for client in clients:
        client.close()


def test_nodes_that_are_too_old_are_left_out(launch, directory):
    before, clients = crashed(directory)
    edited(snapshots(directory)[0], "UPDATE nodes SET last_seen = last_seen - 601 WHERE id = 11")
    edited(snapshots(directory)[0], "INSERT INTO nodes (id, endpoint, last_seen) VALUES (-1, 'x', 'y')")
    beacon = again(launch, before, directory, "--restore", "latest")
    assert [node["id"] for node in beacon.admin.get("/nodes").json()["nodes"]] == [10, 12]
    for client in clients:
        client.close()


def test_another_beacons_snapshot_is_refused(directory):
    _, clients = crashed(directory)
    path = snapshots(directory)[0]
    for arguments, sentence in [
        ((str(path), "--beacon-id", "8"), "is of beacon 7, and this is beacon 8"),
        (("/nonexistent",), "No such file"),
        (("/etc/passwd",), "is not a snapshot"),
        (("latest",), "--snapshot-dir"),
    ]:
        run = subprocess.run(
            [str(binary()), "--admin", "none", "--addr", "127.0.0.1:0", "--gossip-addr", "none", "--restore", *arguments],
            capture_output=True, text=True, timeout=10,
        )  # fmt: skip
        assert run.returncode == 78 and sentence in run.stderr, run.stderr
    for client in clients:
        client.close()


def test_a_damaged_one_does_not_keep_a_beacon_from_starting(launch, directory):
    before, clients = crashed(directory)
    path = snapshots(directory)[0]
    os.truncate(path, path.stat().st_size // 2)
    beacon = again(launch, before, directory, "--restore", "latest")
    clients[0].register(10)
    assert "WARN" in beacon.log().upper()
    for client in clients:
        client.close()
