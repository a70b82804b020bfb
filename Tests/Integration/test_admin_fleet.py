"""The fleet's admin pages of one real beacon: their shape, event streams with curl, and who may give commands."""

import json
import re
import socket
import subprocess
import time

import pytest

import wire
from admin import eventually


def get(path, fields=""):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n".encode()


class Stream:
    """An event stream, read as it comes."""

    def __init__(self, admin, path="/events", fields=""):
        self.socket = socket.create_connection((admin.host, admin.port), timeout=5)
        self.unread = b""
        self.socket.sendall(get(path, fields))
        self.head = self.until(b"\r\n\r\n").decode()
        self.status = int(self.head[9:12])

    def until(self, end):
        """Everything up to the first `end`, that included."""
        while end not in self.unread:
            more = self.socket.recv(65_536)
            assert more, f"the stream ended: {self.unread!r}"
            self.unread += more
        text, _, self.unread = self.unread.partition(end)
        return text + end

    def close(self):
        self.socket.close()


def streams(beacon):
    return beacon.admin.stats().document["admin"]["event_streams"]


def test_fleet_has_the_same_names_with_and_without_one(beacon):
    fleet = beacon.admin.get("/fleet").json()
    assert isinstance(fleet["enabled"], bool)
    assert set(fleet) == {
        "enabled", "beacon_id", "session", "incarnation", "draining", "health", "control", "data", "label", "preset",
        "keys", "rotation", "members", "blocked_peers", "directory", "probes",
    }  # fmt: skip
    assert set(fleet["members"]) == {"alive", "suspect", "dead", "left", "draining"}


def test_peers_keep_their_list_and_have_members_beside_it(beacon):
    page = beacon.admin.get("/peers").json()
    assert page["peers"] == [] and page["members"] == [] and page["next"] is None
    assert beacon.admin.get("/peers/4294967295").status == 404
    assert beacon.admin.get("/peers/0").status == 400


def test_a_node_of_this_beacon_is_at_home(beacon):
    client = beacon.client()
    client.register(20)
    page = beacon.admin.get("/nodes/20").json()
    assert page["endpoint"] == f"127.0.0.1:{client.port}" and page["home"]["place"] == "here"
    assert beacon.admin.get("/nodes/21").status == 404


def test_path_is_what_a_frame_does(beacon):
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.register(20)
    path = beacon.admin.get("/path?from=10&to=20").json()
    assert path["arrives"] is True
    assert [(step["decision"], step["address"]) for step in path["steps"]] == [("deliver", f"127.0.0.1:{s2.port}")]
    s1.send(wire.relay(10, 20, b"x"))
    s2.expect(wire.deliver(10, b"x"))
    lost = beacon.admin.get("/path?from=10&to=21").json()
    assert lost["arrives"] is False and lost["steps"][-1]["decision"] == "drop"
    reason = lost["steps"][-1]["reason"].split(":")[0]
    s1.send(wire.relay(10, 21, b"x"))
    beacon.admin.dropped(reason, 1)
    assert beacon.admin.stats().received == 4, "asking for a path sends nothing"


@pytest.mark.parametrize(
    "target",
    [
        "/path", "/path?to=x", "/path?to=1&to=2", "/path?to=1%20", "/path?to=0x1", "/path?to=1&from=",
        "/path?to=99999999999999999999", "/peers?after=x", "/peers?limit=1001", "/directory?limit=0",
        "/directory?after=4294967296", "/events?limit=5", "/events?after=-1", "/events?format=stream",
        "/events?after=%00", "/fleet?x=1", "/events?Last-Event-ID=1",
    ],
)  # fmt: skip
def test_hostile_queries_are_refused(beacon, target):
    assert beacon.admin.get(target).status == 400
    assert streams(beacon) == 0


@pytest.mark.parametrize("path", ["/peers/3/forget", "/fleet/keys/rotate", "/fleet/keys/reload"])
def test_commands_are_guarded(beacon, path):
    post = beacon.admin.request
    assert post("POST", path, {"Origin": "http://attacker.example"}).status == 403
    assert post("POST", path, {"Host": "attacker.example"}).status == 403
    assert post("GET", path).status == 405
    assert post("POST", path + "?force=1").status == 400


def test_forget_of_a_beacon_that_nobody_knows(beacon):
    answer = beacon.admin.request("POST", "/peers/4294967295/forget")
    assert answer.status in (404, 409) and answer.json()["error"]


def test_commands_need_the_token(launch, tmp_path):
    token = tmp_path / "token"
    token.write_text("sesame-sesame-sesame")
    token.chmod(0o600)
    beacon = launch("--admin-token-file", str(token))
    for path in ("/peers/3/forget", "/fleet/keys/rotate", "/fleet/keys/reload"):
        assert beacon.admin.request("POST", path).status == 401
    assert beacon.admin.get("/events").status == 401


@pytest.mark.tools("curl")
def test_curl_shows_the_stream_at_once(beacon):
    """curl -N: the first lines come while the answer goes on."""
    url = f"http://127.0.0.1:{beacon.admin.port}/events"
    with subprocess.Popen(["curl", "-sS", "-N", "--max-time", "10", url], stdout=subprocess.PIPE) as curl:
        try:
            assert curl.stdout.readline() == b"retry: 2000\n"
            assert re.fullmatch(rb"id: \d+\n", curl.stdout.readline())
            assert curl.stdout.readline() == b"\n"
            assert curl.poll() is None
            assert streams(beacon) == 1
        finally:
            curl.terminate()
    eventually(lambda: streams(beacon) == 0, what="the place is free again")


def test_a_stream_resumes_or_says_what_is_lost(beacon):
    stream = Stream(beacon.admin, fields="Accept: text/event-stream\r\n")
    assert stream.status == 200 and "text/event-stream" in stream.head and "Content-Length" not in stream.head
    last = int(re.search(rb"id: (\d+)", stream.until(b"\n\n")).group(1))
    stream.close()
    again = Stream(beacon.admin, fields=f"Last-Event-ID: {last}\r\n")
    assert again.until(b"\n\n") == b"retry: 2000\n\n"
    again.close()
    stranger = Stream(beacon.admin, fields="Last-Event-ID: 18446744073709551615\r\n")
    assert stranger.until(b"\n\n") == b"retry: 2000\n\n"
    assert stranger.until(b"\n\n").startswith(b'event: gap\ndata: {"after":')
    stranger.close()
    eventually(lambda: streams(beacon) == 0, what="all places are free again")


def test_events_as_a_list(beacon):
    page = beacon.admin.get("/events?format=json&limit=1000").json()
    assert {"events", "next", "newest", "gap"} == set(page)
    assert [event["id"] for event in page["events"]] == sorted(event["id"] for event in page["events"])
    rest = beacon.admin.get(f"/events?format=json&after={page['newest']}").json()
    assert rest["events"] == [] and rest["gap"] is False and rest["next"] is None


def test_head_and_http_1_0(beacon):
    with beacon.admin.connect() as connection:
        connection.sendall(b"HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/healthz"))
        connection.settimeout(5)
        answer = b""
        while not answer.endswith(b"\r\n\r\nok"):
            answer += connection.recv(65_536)
        assert answer.count(b"HTTP/1.1 200 ") == 2 and b"retry" not in answer
    with beacon.admin.connect() as connection:
        connection.sendall(b"GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = b""
        while b"retry: 2000\n" not in answer:
            answer += connection.recv(65_536)
        assert b"\r\nConnection: close\r\n" in answer
    eventually(lambda: streams(beacon) == 0, what="the place is free again")


def test_sixteen_streams_and_no_more(beacon):
    open_streams = [Stream(beacon.admin) for _ in range(16)]
    late = Stream(beacon.admin)
    assert late.status == 503 and "Retry-After" in late.head
    late.close()
    assert beacon.admin.get("/healthz").body == b"ok"
    open_streams.pop().close()
    eventually(lambda: streams(beacon) == 15, what="a place is free")
    again = Stream(beacon.admin)
    assert again.status == 200
    for stream in [*open_streams, again]:
        stream.close()
    eventually(lambda: streams(beacon) == 0, what="all places are free again")


def test_stopping_ends_streams(launch):
    beacon = launch()
    stream = Stream(beacon.admin)
    start = time.monotonic()
    assert beacon.stop() == 0
    assert time.monotonic() - start < 5
    stream.socket.settimeout(5)
    while stream.socket.recv(65_536):
        pass
    stream.close()


@pytest.mark.tools("curl", "promtool")
def test_metrics_of_the_fleet_pass_promtool(beacon):
    metrics = beacon.admin.get("/metrics")
    check = subprocess.run(["promtool", "check", "metrics"], input=metrics.body, capture_output=True, timeout=60)
    assert check.returncode == 0, check.stdout.decode() + check.stderr.decode()
    for name in ("beacon_legacy_syncs_refused_total", "beacon_local_address_overflows_total"):
        assert f"\n{name} 0\n" in metrics.text
    assert 'beacon_sock_receive_errors_total{shard="0"} 0' in metrics.text


def test_what_the_beacon_does_is_an_event(beacon):
    """Before, and as it happens: the start, and a setting that changes."""
    first = beacon.admin.get("/events?format=json").json()["events"][0]
    assert first["kind"] == "started" and first["fields"]["version"]
    assert abs(first["time"] - time.time()) < 60
    stream = Stream(beacon.admin)
    stream.until(b"\n\n")
    assert beacon.admin.request("PUT", "/config/relay-rate", body=b"5").status == 200
    lines = stream.until(b"\n\n").decode().splitlines()
    assert lines[0].startswith("id: ") and lines[1] == "event: setting"
    event = json.loads(lines[2].removeprefix("data: "))
    assert event["fields"] == {"key": "relay-rate", "value": "5"} and str(event["id"]) == lines[0][4:]
    stream.close()


def test_every_event_is_json(beacon):
    for event in beacon.admin.get("/events?format=json&limit=1000").json()["events"]:
        assert json.loads(json.dumps(event)) == event
        assert re.fullmatch(r"[!-~]+", event["kind"])
