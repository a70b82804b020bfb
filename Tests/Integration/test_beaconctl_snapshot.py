"""beaconctl snapshot: against a real beacon's files, and against files that are none."""

import gzip
import json
from pathlib import Path

import pytest

import control
from control import Answer, FakeAdmin

NOBODY = "127.0.0.1:1"


@pytest.fixture
def beacon(launch, tmp_path):
    return launch("--snapshot-dir", str(tmp_path / "snapshots"), "--beacon-id", "7", "--gossip-addr", "none")


def admin(beacon) -> str:
    return f"127.0.0.1:{beacon.admin.port}"


def take(beacon) -> Path:
    done = control.run(admin(beacon), "snapshot", "take")
    assert (done.status, done.error) == (0, "")
    return Path(done.output.strip())


def run(*arguments: object, status: int = 0):
    done = control.run(NOBODY, "snapshot", *map(str, arguments))
    assert done.status == status, done.error
    return done


def test_take_list_show_and_events(beacon, tmp_path):
    first, second = beacon.clients(2)
    first.register(10)
    second.register(20)
    path = take(beacon)
    assert path.parent == tmp_path / "snapshots" and path.is_file()
    listed = control.run(admin(beacon), "snapshot", "list")
    assert listed.status == 0 and path.name in listed.output
    page = json.loads(control.run(admin(beacon), "snapshot", "list", "--json").output)
    assert page["files"][0]["name"] == path.name

    shown = run("show", path).output
    assert shown.startswith("beacon 7 ") and "reason: operator" in shown and "nodes    2\n" in shown
    assert "admin_write action=snapshot" in shown
    values = json.loads(run("show", "--json", path).output)
    assert values["beacon_id"] == 7 and values["nodes"] == 2 and values["counters"]["nodes"] == 2

    lines = run("events", path).output.splitlines()
    assert lines[0].split()[1] == "started"
    events = [json.loads(line) for line in run("events", "--json", "--kind", "admin_write", path).output.splitlines()]
    assert [event["fields"]["action"] for event in events] == ["snapshot"]
    assert run("events", "--since", "1h", "--limit", "1", path).output.count("\n") == 1
    assert run("events", "--until", "1h", path).output == ""
    run("events", "--since", "yesterday", path, status=64)


def test_sql_reads_and_nothing_else(beacon, tmp_path):
    beacon.client().register(10)
    path = take(beacon)
    before = path.read_bytes()
    assert run("sql", path, "SELECT id, proven FROM nodes").output.splitlines() == ["id  proven", "10       0"]
    rows = run("sql", "--json", path, "SELECT id, key FROM nodes").output
    assert json.loads(rows) == {"id": 10, "key": None}
    cut = run("sql", "--limit", "2", path, "SELECT * FROM about")
    assert len(cut.output.splitlines()) == 3 and "more rows" in cut.error
    other = tmp_path / "other.sqlite"
    for statement, word in [
        ("DELETE FROM nodes", ""), ("SELECT 1; SELECT 2", "multiple statements"), ("SELEC 1", "syntax error"),
        (f"ATTACH '{other}' AS x", "too many attached"), (f"VACUUM INTO '{other}'", ""), ("SELECT * FROM nowhere", "no such table"),
    ]:  # fmt: skip
        refused = run("sql", path, statement, status=65)
        assert refused.output == "" and word in refused.error and refused.error.startswith("beaconctl: ")
    assert not other.exists() and path.read_bytes() == before
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    assert "longer than 0.2 s" in run("sql", "--timeout", "0.2", path, endless, status=65).error


def test_diff(beacon):
    stays, goes = beacon.clients(2)
    stays.register(10)
    first = take(beacon)
    goes.register(20)
    assert beacon.admin.request("PUT", "/config/relay-rate", body=b"8000").status == 200
    second = take(beacon)
    text = run("diff", first, second).output
    assert "relay-rate: 4000 -> 8000" in text and "nodes: 1 kept, 1 came, 0 gone" in text and "came: 20" in text
    values = json.loads(run("diff", "--json", first, second).output)
    assert values["one_life"] is True and values["nodes"]["first_came"] == [20]
    assert "is the older one" in run("diff", second, first).output


def test_a_compressed_one(beacon, tmp_path):
    path = take(beacon)
    packed = tmp_path / "old.sqlite.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert run("show", packed).output == run("show", path).output


@pytest.mark.parametrize(
    "content, word",
    [
        (b"", ""), (b"no snapshot at all" * 100, "not a snapshot"), (gzip.compress(b"x" * 9_999)[:-9], "cut short"),
        (b"\x1f\x8b\x08garbage", "unpacked"), (b"SQLite format 3\0" + b"\0" * 4_096, ""),
    ],
    ids=["empty", "text", "cut", "gzip", "header"],
)  # fmt: skip
def test_what_is_no_snapshot_is_refused(tmp_path, content, word):
    path = tmp_path / "file\x1b[2J.sqlite"
    path.write_bytes(content)
    for command in [("show", path), ("events", path), ("sql", path, "SELECT 1"), ("diff", path, path)]:
        refused = run(*command, status=65)
        assert refused.output == "" and word in refused.error and "\x1b" not in refused.error
    run("show", tmp_path / "nowhere", status=65)


def test_a_beacon_without_snapshots(launch):
    done = control.run(admin(launch()), "snapshot", "take")
    assert done.status == 5 and "--snapshot-dir" in done.error


def test_a_snapshot_that_fails_is_said():
    failing = {"directory": "/x", "last": {"number": 4, "error": "cannot write: \x1bdisk full"}, "files": []}
    fake = FakeAdmin(Answer({"result": "ordered", "number": 4}), Answer(failing))
    try:
        done = control.run(fake.address, "snapshot", "take")
    finally:
        fake.close()
    assert done.status == 1 and "disk full" in done.error and "\x1b" not in done.error
