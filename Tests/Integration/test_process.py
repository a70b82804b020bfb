"""The process: configuration and its errors, the admin bind rule, signals."""

import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest

import wire
from admin import Admin, eventually
from harness import binary, free_port, quiet


def refused(*arguments, environment=None):
    """Runs a beacon that must not start: its status and what it said."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("BEACON_")}
    run = subprocess.run(
        [str(binary()), *arguments],
        env=clean | (environment or {}),
        capture_output=True,
        text=True,
        timeout=10,
        stdin=subprocess.DEVNULL,
    )
    assert run.returncode != 0
    return run.returncode, run.stderr


def config(tmp_path: Path, content: object) -> str:
    path = tmp_path / "beacon.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"no-such-key": 1}, "no-such-key"),
        ({"relay-rate": "many"}, "relay-rate"),
        ({"relay-rate": -1}, "relay-rate"),
        ({"relay-rate": [1]}, "relay-rate"),
        ({"beacon-id": 4294967296}, "beacon-id"),
        ({"beacon-id": 1.5}, "beacon-id"),
        ({"registration": "whatever"}, "registration"),
        ({"peers": "nohost"}, "peers"),
        ('{"shards": 1, "shards": 2}', "shards"),
        ({"addr": "not an address"}, "addr"),
    ],
)
def test_bad_file_names_key_and_file(tmp_path, content, key):
    path = config(tmp_path, content)
    status, said = refused("--config", path)
    assert key in said and path in said and status in (64, 78)


def test_all_problems_at_once(tmp_path):
    path = config(tmp_path, {"no-such-key": 1, "relay-rate": "many"})
    _, said = refused("--config", path, "--shards", "minus")
    assert "no-such-key" in said and "relay-rate" in said


@pytest.mark.parametrize("content", ["", "[]", '{"addr": ', "\0", '{"addr": "x"} more'])
def test_broken_file_is_named(tmp_path, content):
    path = config(tmp_path, content)
    assert path in refused("--config", path)[1]


def test_missing_file_is_named(tmp_path):
    path = str(tmp_path / "absent.json")
    assert path in refused("--config", path)[1]


def test_bad_environment_names_the_variable():
    assert "BEACON_RELAY_RATE" in refused(environment={"BEACON_RELAY_RATE": "many"})[1]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("--relay-rate", "many"), "relay-rate"), (("--no-such-flag",), "no-such-flag"), (("--shards", "65"), "shards")],
)
def test_bad_flag_is_named(arguments, word):
    assert word in refused(*arguments)[1]


def test_no_socket_is_opened_before_the_configuration_is_right(tmp_path):
    """With the port taken, a bad configuration is still what it complains about, and only about that."""
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        _, said = refused("--addr", f"127.0.0.1:{port}", "--config", config(tmp_path, {"no-such-key": 1}))
        assert "no-such-key" in said and "in use" not in said.lower()
        _, said = refused("--addr", f"127.0.0.1:{port}", "--admin", "none")
        assert str(port) in said


def test_flag_beats_environment_beats_file(launch, tmp_path):
    path = config(tmp_path, {"relay_rate": 1, "punch-rate": "2", "punch-prefix-rate": 3, "require-punch-token": False})
    beacon = launch(
        "--config", path, "-relay-rate=11", environment={"BEACON_RELAY_RATE": "12", "BEACON_PUNCH_RATE": "13"}
    )
    settings = {item["key"]: (item["value"], item["source"]) for item in beacon.admin.get("/config").json()["settings"]}
    assert settings["relay-rate"] == ("11", "flag")
    assert settings["punch-rate"] == ("13", "environment")
    assert settings["punch-prefix-rate"] == ("3", "file")


def test_upstreams_spelling(launch):
    """Go's single-dash long flags, with a blank or with =."""
    port = free_port()
    beacon = launch("-strict-gossip", "-beacon-id=7", "--addr", f"127.0.0.1:{port}", "-log-level", "debug", port=port)
    beacon.client().register(10)
    settings = {item["key"]: item["value"] for item in beacon.admin.get("/config").json()["settings"]}
    assert settings["beacon-id"] == "7" and settings["strict-gossip"] == "true" and settings["log-level"] == "debug"


def test_json_logs_are_json(launch):
    beacon = launch("--log-format", "json")
    beacon.client().register(10)
    beacon.stop()
    lines = [json.loads(line) for line in beacon.log().splitlines() if line]
    assert any(str(beacon.port) in json.dumps(line) for line in lines), "start-up says where it listens"


def test_start_says_what_it_listens_on(beacon):
    eventually(lambda: str(beacon.port) in beacon.log() and str(beacon.admin.port) in beacon.log(), what="addresses")


def test_capped_socket_buffer_names_the_sysctl(launch):
    """Without CAP_NET_ADMIN the kernel caps the buffers at net.core.rmem_max; root is not capped."""
    if os.geteuid() == 0:
        prefix = ("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--")
        beacon = launch("--receive-buffer", "512MiB", prefix=prefix)
    else:
        beacon = launch("--receive-buffer", "512MiB")
    eventually(lambda: "net.core.rmem_max" in beacon.log(), what="the sysctl line")


def test_open_admin_needs_a_token_file(tmp_path):
    _, said = refused("--admin", f"0.0.0.0:{free_port()}", "--addr", f"127.0.0.1:{free_port()}")
    assert "admin-token-file" in said


def test_readable_token_file_is_refused(tmp_path):
    token = tmp_path / "token"
    token.write_text("0123456789abcdef0123")
    token.chmod(0o644)
    arguments = ("--admin", f"0.0.0.0:{free_port()}", "--addr", f"127.0.0.1:{free_port()}")
    assert str(token) in refused(*arguments, "--admin-token-file", str(token))[1]


def test_open_admin_asks_for_the_token(launch, tmp_path):
    token = tmp_path / "token"
    token.write_text("0123456789abcdef0123\n")
    token.chmod(stat.S_IRUSR)
    port = free_port()
    launch("--admin", f"0.0.0.0:{port}", "--admin-token-file", str(token))
    admin = Admin(port)
    assert admin.get("/healthz").status == 200
    refusal = admin.get("/stats")
    assert refusal.status == 401 and "Bearer" in refusal.headers["WWW-Authenticate"]
    assert admin.get("/stats", {"Authorization": "Bearer 0123456789abcdef0124"}).status == 401
    assert admin.get("/stats", {"Authorization": "Bearer 0123456789abcdef0123"}).status == 200


def test_admin_none(launch):
    beacon = launch("--admin", "none")
    beacon.client().register(10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_stops_under_load_and_twice_is_harmless(launch, number):
    beacon = launch("--relay-rate", "0", "--punch-whitelist", "*")
    s1, s2 = beacon.clients(2)
    s2.register(20)
    stop = threading.Event()

    def load():
        frame = wire.relay(10, 20, bytes(1_200))
        while not stop.is_set():
            try:
                s1.send(frame)
            except OSError:
                pass  # the port is closed: that is the end we are waiting for

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: beacon.admin.stats().forwarded["deliver"] > 1_000, what="load")
        start = time.monotonic()
        beacon.process.send_signal(number)
        beacon.process.send_signal(number)
        assert beacon.process.wait(5) == 0, beacon.log()
        assert time.monotonic() - start < 5
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_shards(launch):
    """As many threads with a socket each as asked for, and they serve one table."""
    beacon = launch("--shards", "4")
    assert len(beacon.admin.get("/shards").json()["shards"]) == 4
    clients = beacon.clients(16)
    for node, client in enumerate(clients):
        client.register(100 + node)
    for node, client in enumerate(clients):
        clients[0].send(wire.relay(1, 100 + node, b"x"))
        client.expect(wire.deliver(1, b"x"))


def test_a_second_beacon_on_the_port_refuses_to_start(launch):
    """SO_REUSEPORT would let it in, and each would get half of the flows."""
    beacon = launch()
    second = subprocess.run(
        [str(binary()), "--addr", f"127.0.0.1:{beacon.port}", "--admin", "none"], capture_output=True, text=True, timeout=10
    )
    assert second.returncode == 1 and "Address already in use" in second.stderr, second.stderr
    beacon.client().register(1)


def test_table_capacity(launch):
    """A full table takes no new id, and counts that; whoever asks is still told its address (protocol.md §13.3)."""
    beacon = launch("--max-nodes", "10")
    s1 = beacon.client()
    for node in range(1, 200):
        s1.send(wire.discover(node))
        s1.expect(wire.discover_reply(*s1.endpoint))
    document = beacon.admin.stats().document
    assert document["nodes"] | {"registered": 10, "capacity": 10} == document["nodes"]
    assert document["registration"]["refused_full"] == 189
    s1.send(wire.relay(1, 10, b"x"))
    s1.expect(wire.deliver(1, b"x"))
    s1.send(wire.relay(1, 11, b"x"))
    quiet(s1)


def test_table_capacity_under_reference_rules(launch):
    """--registration reference: whom the table has no room for gets no answer, and that is counted."""
    beacon = launch("--max-nodes", "10", "--registration", "reference")
    s1 = beacon.client()
    for node in range(1, 200):
        s1.send(wire.discover(node))
    eventually(lambda: beacon.admin.stats().dropped["table_full"] == 189, what="new ids refused")
    assert all(data == wire.discover_reply(*s1.endpoint) for data in s1.pending())
    s1.register(1)


@pytest.mark.parametrize(("argument", "word"), [("--help", "--punch-whitelist"), ("-h", "--addr"), ("--version", ".")])
def test_help_and_version(argument, word):
    run = subprocess.run([str(binary()), argument], capture_output=True, text=True, timeout=10)
    assert run.returncode == 0 and word in run.stdout
