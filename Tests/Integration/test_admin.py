"""The admin pages as an operator meets them: curl, jq, promtool, wrong methods, foreign hosts."""

import gzip
import json
import subprocess

import pytest

import wire
from admin import eventually
from harness import free_port

JSON_PAGES = ["/", "/stats", "/shards", "/top", "/peers", "/nodes", "/nodes/20", "/drops", "/config", "/fleet", "/directory", "/events"]
DROP_REASONS = {
    "empty", "unknown_type", "runt", "malformed", "stun_malformed", "stun_ignored", "bad_source", "own_source",
    "truncated", "unknown_destination", "relay_rate", "unproven_rate", "bounce", "hop_limit", "mesh_unauthenticated",
    "mesh_stranger", "table_full", "punch_source_rate", "punch_prefix_rate", "punch_grant", "punch_unknown_target",
    "punch_overload", "unsolicited_proof", "sync_stranger", "sync_overload", "sync_member", "hello_unauthenticated",
    "hello_overload", "send_busy", "send_unreachable", "send_too_big", "send_failed",
}  # fmt: skip


@pytest.fixture
def used(beacon):
    """A beacon that has answered, forwarded and dropped something."""
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.register(20)
    s1.send(wire.relay(10, 20, b"x"))
    s2.expect(wire.deliver(10, b"x"))
    s1.send(b"\xff")
    beacon.admin.dropped("unknown_type", 1)
    return beacon


def curl(beacon, path, *arguments):
    url = f"http://127.0.0.1:{beacon.admin.port}{path}"
    return subprocess.run(["curl", "-sS", *arguments, url], capture_output=True, timeout=20, check=True).stdout


@pytest.mark.tools("curl", "jq")
@pytest.mark.parametrize("page", JSON_PAGES)
def test_curl_and_jq_read_every_page(used, page):
    body = curl(used, page, "-H", "Accept: application/json")
    subprocess.run(["jq", "-e", "."], input=body, stdout=subprocess.DEVNULL, timeout=20, check=True)
    assert body.endswith(b"\n") and b"\n  " in body, "one line a value, indented"


@pytest.mark.tools("curl", "jq")
def test_the_first_command_of_the_readme(used):
    """curl localhost:9090/stats | jq"""
    totals = subprocess.run(
        ["jq", "-c", "[.totals.received, .totals.answered, .totals.forwarded, .totals.dropped]"],
        input=curl(used, "/stats"),
        capture_output=True,
        timeout=20,
        check=True,
    )
    assert json.loads(totals.stdout) == [4, 2, 1, 1]


def test_every_datagram_has_one_outcome(used):
    stats = used.admin.stats()
    assert stats.received == stats.outcomes == 4
    assert stats.answered["discover"] == 2 and stats.forwarded["deliver"] == 1 and stats.dropped["unknown_type"] == 1


def test_every_drop_reason_is_there_from_the_start(beacon):
    assert beacon.admin.stats().dropped == dict.fromkeys(DROP_REASONS, 0)


@pytest.mark.parametrize("page", [page for page in JSON_PAGES if page != "/"])
def test_text_has_the_same_names(used, page):
    text = used.admin.get(page, {"Accept": "text/plain"})
    assert text.status == 200 and text.headers["Content-Type"].startswith("text/plain")
    by_parameter = used.admin.get(page + "?format=text")
    assert by_parameter.headers["Content-Type"].startswith("text/plain")
    document = used.admin.get(page + "?format=json").json()
    for name in document:
        assert name in text.text


def test_unknown_format_is_refused(beacon):
    assert beacon.admin.get("/stats?format=yaml").status == 400


@pytest.mark.tools("curl", "promtool")
def test_metrics_pass_promtool(used):
    body = curl(used, "/metrics")
    check = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, timeout=60)
    assert check.returncode == 0, check.stdout.decode() + check.stderr.decode()


def test_metrics_count_what_stats_count(used):
    lines = used.admin.get("/metrics").text.splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    for reason, count in used.admin.stats().dropped.items():
        assert float(samples[f'beacon_drop_total{{reason="{reason}"}}']) == count
    received = sum(float(v) for k, v in samples.items() if k.startswith("beacon_rx_packets_total{"))
    assert received == used.admin.stats().received
    assert used.admin.get("/metrics").headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_nodes_are_paged(beacon):
    s1 = beacon.client()
    for node in range(1, 251):
        s1.register(node)
    seen, path = [], "/nodes?limit=100"
    for _ in range(4):
        page = beacon.admin.get(path).json()
        seen += [node["id"] for node in page["nodes"]]
        if page["next"] is None:
            break
        path = f"/nodes?limit=100&after={page['next']}"
    assert sorted(seen) == list(range(1, 251))


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "limit=0", "limit=100000", "after=x", "limit="])
def test_bad_paging_is_refused(beacon, query):
    assert beacon.admin.get(f"/nodes?{query}").status == 400


def test_one_node(used):
    s1 = used.client()
    s1.register(30)
    node = used.admin.get("/nodes/30").json()
    assert node["id"] == 30 and node["endpoint"] == f"127.0.0.1:{s1.port}"
    assert used.admin.get("/nodes/31").status == 404
    assert used.admin.get("/nodes/x").status in (400, 404)
    assert used.admin.get("/nodes/4294967296").status in (400, 404)


def test_a_contested_node_says_by_whom(beacon):
    owner, claimant = beacon.clients(2)
    owner.alive = False
    owner.register(30)
    claimant.register(30)
    page = beacon.admin.get("/nodes/30").json()
    assert page["endpoint"] == f"127.0.0.1:{owner.port}" and page["contested_by"] == f"127.0.0.1:{claimant.port}"
    moved = f"127.0.0.1:{claimant.port}"
    eventually(lambda: beacon.admin.get("/nodes/30").json()["endpoint"] == moved, what="the node moves")


def test_peers(launch):
    peer = free_port()
    beacon = launch("--peers", f"127.0.0.1:{peer}")
    eventually(
        lambda: [p["address"] for p in beacon.admin.get("/peers").json()["peers"]] == [f"127.0.0.1:{peer}"],
        what="the configured peer is listed",
    )


def test_health_and_readiness(beacon):
    health = beacon.admin.get("/healthz")
    assert (health.status, health.body) == (200, b"ok")
    assert beacon.admin.get("/readyz").status == 200


@pytest.mark.parametrize("page", [*JSON_PAGES, "/metrics", "/healthz", "/readyz"])
def test_wrong_method_says_which_are_right(used, page):
    answer = used.admin.request("DELETE", page)
    assert answer.status == 405
    assert {"GET", "HEAD"} <= {method.strip() for method in answer.headers["Allow"].split(",")}


def test_notify_allows_post_only(used):
    answer = used.admin.get("/nodes/20/notify")
    allowed = {method.strip() for method in answer.headers["Allow"].split(",")}
    assert answer.status == 405 and "POST" in allowed and not allowed & {"GET", "HEAD"}


@pytest.mark.parametrize("page", ["/stats", "/healthz", "/metrics"])
def test_head_has_the_headers_and_no_body(used, page):
    answer = used.admin.request("HEAD", page)
    assert answer.status == 200 and answer.body == b"" and int(answer.headers["Content-Length"]) > 0


def test_unknown_paths(beacon):
    assert beacon.admin.get("/nothing").status == 404
    assert beacon.admin.get("/stats/more").status == 404


def test_gzip_when_asked_for(used):
    plain = used.admin.get("/metrics")
    assert "Content-Encoding" not in plain.headers
    packed = used.admin.get("/metrics", {"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.body) < len(plain.body)
    assert gzip.decompress(packed.body).splitlines()[0] == plain.body.splitlines()[0]
    refused = used.admin.get("/metrics", {"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost"}, 200),
        ({"Host": "127.0.0.1:1"}, 200),
        ({"Host": "[::1]:9090"}, 200),
        ({"Host": "192.0.2.1"}, 200),
        ({"Host": "attacker.example"}, 403),
        ({"Host": "localhost.attacker.example"}, 403),
        ({"Host": "localhost", "Origin": "http://attacker.example"}, 403),
        ({"Host": "localhost", "Origin": "null"}, 403),
        ({"Host": "localhost", "Origin": "http://localhost"}, 200),
    ],
)
def test_host_and_origin(beacon, headers, status):
    """DNS rebinding: a name that is not ours is refused, so that a web page cannot read the node through a browser."""
    assert beacon.admin.get("/stats", headers).status == status


def test_a_foreign_origin_cannot_notify(used):
    answer = used.admin.request("POST", "/nodes/20/notify", {"Origin": "http://attacker.example"})
    assert answer.status == 403


def test_settings_show_value_and_source(launch):
    beacon = launch("--relay-rate", "123", environment={"BEACON_PUNCH_RATE": "7"})
    settings = {setting["key"]: setting for setting in beacon.admin.get("/config").json()["settings"]}
    assert (settings["relay-rate"]["value"], settings["relay-rate"]["source"]) == ("123", "flag")
    assert (settings["punch-rate"]["value"], settings["punch-rate"]["source"]) == ("7", "environment")
    assert settings["max-nodes"]["source"] == "default"


def test_a_live_setting_changes_what_the_beacon_does(beacon):
    answer = beacon.admin.request("PUT", "/config/relay-rate", body=b"5")
    assert answer.status == 200, answer.text
    s1, s2 = beacon.clients(2)
    s2.register(20)
    for _ in range(100):
        s1.send(wire.relay(10, 20, b"x"))
    eventually(lambda: beacon.admin.stats().dropped["relay_rate"] >= 80, what="the new budget binds")
    assert beacon.admin.request("PUT", "/config/addr", body=b":1").status == 409
    assert beacon.admin.request("PUT", "/config/no-such-key", body=b"1").status == 404
    assert beacon.admin.request("PUT", "/config/relay-rate", body=b"many").status == 400
