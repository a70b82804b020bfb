"""Mixed load on a beacon that was built with a sanitizer: registrations and contested claims, relays, punches, STUN,
gossip, garbage, admin scrapes and live settings, all at once; then SIGTERM while the load goes on.

    python3 soak.py BINARY SECONDS

Fails when the sanitizer reports anything, when a kind of traffic was not served at all (the soak would show nothing),
and when the beacon does not stop with status 0. Sanitizers are told what to do by TSAN_OPTIONS and ASAN_OPTIONS.
"""

import os
import random
import re
import signal
import sys
import threading
import time
from collections.abc import Callable

import stun
import wire
from harness import Beacon, Client, free_port

REPORT = re.compile(r"(Thread|Address|Leak|UndefinedBehavior)Sanitizer|Fatal error|runtime error:")
NODES = range(1_000, 1_200)
PAGES = ("/stats", "/shards", "/peers", "/nodes?limit=1000", "/nodes/1000", "/drops", "/config", "/metrics")
SETTINGS = [("gro", value) for value in ("on", "off", "auto")] + [("gso", "on"), ("gso", "off")]
SETTINGS += [("relay-rate", "0"), ("relay-rate", "1000000")]
SERVED = {
    "answered": ("discover", "punch", "stun", "stun_error", "sync", "proof"),
    "forwarded": ("deliver", "deliver_with_destination", "forward"),
    "dropped": ("unknown_type", "runt", "stun_malformed", "unknown_destination", "punch_unknown_target", "bounce"),
}


def register(beacon: Beacon, dice: random.Random, clients: list[Client]) -> None:
    """New ids and known ones, with and without a key; the sockets claim each other's."""
    for client in clients:
        discover = dice.choice((wire.discover, wire.discover_ex))
        client.send(discover(dice.choice(NODES)))
        client.send(wire.discover(dice.randrange(10_000, 1 << 32), dice.randbytes(dice.choice((0, 15, 32)))))
        client.pending()


def contest(beacon: Beacon, dice: random.Random, clients: list[Client]) -> None:
    """Two fresh hosts want one id; its owner sometimes proves that it lives."""
    node = dice.randrange(1 << 30, 1 << 31)
    owner, claimant = (Client(*beacon.address, ip=f"127.{dice.randrange(1, 255)}.{n}.1") for n in (1, 2))
    owner.alive = dice.random() < 0.5
    owner.send(wire.discover(node))
    if owner.receive(1.0):
        claimant.send(wire.discover(node))
        owner.receive(0.6)
    owner.close()
    claimant.close()


def relay(beacon: Beacon, dice: random.Random, clients: list[Client]) -> None:
    """Bursts to one node and single frames to many, of all sizes."""
    for client in clients:
        burst, size = dice.choice(NODES), dice.choice((0, 100, 1_200, 9_000))
        for _ in range(16):
            client.send(wire.relay(7, burst, bytes(size)))
        client.send(wire.relay(7, dice.choice(NODES), b"single"))
        client.send(wire.relay(7, 3_000 + dice.randrange(200), b"through another beacon"))
        client.send(wire.relay(7, 0xFFFF_FFFE, b"nobody"))
        client.pending()


def punch(beacon: Beacon, dice: random.Random, clients: list[Client]) -> None:
    for number, client in enumerate(clients):
        client.send(wire.discover(2_000 + number))
        client.send(wire.punch_request(2_000 + number, 2_000))
        client.send(wire.punch_request(2_000 + number, 0xFFFF_FFFD))
        client.pending()


def ask_stun(beacon: Beacon, dice: random.Random, clients: list[Client]) -> None:
    for client in clients:
        client.send(stun.message(fingerprint=dice.random() < 0.5))
        client.send(stun.message(stun.BINDING_REQUEST, stun.attribute(stun.CHANGE_REQUEST, b"\0\0\0\6")))
        client.pending()


def gossip(beacon: Beacon, dice: random.Random, clients: list[Client]) -> None:
    for number, client in enumerate(clients):
        own = 3_000 + 100 * number
        client.send(wire.sync(number, range(own, own + dice.randrange(100))))
        client.send(wire.relay(7, own, b"back to where it came from"))
        client.pending()


def garbage(beacon: Beacon, dice: random.Random, clients: list[Client]) -> None:
    for client in clients:
        client.send(dice.randbytes(dice.randrange(0, 100)))
        client.send(bytes([dice.choice(b"\0\1\3\5\7\x08P\xff")]) + dice.randbytes(dice.randrange(0, 100)))
        client.pending()


def scrape(beacon: Beacon, dice: random.Random, clients: list[Client]) -> None:
    page = dice.choice(PAGES)
    form = dice.choice(({}, {"Accept": "text/plain"}, {"Accept-Encoding": "gzip"}))
    assert beacon.admin.get(page, form).status in (200, 404), page
    beacon.admin.request("POST", f"/nodes/{dice.choice(NODES)}/notify")
    setting, value = dice.choice(SETTINGS)
    change = beacon.admin.request("PUT", f"/config/{setting}", body=value.encode())
    assert change.status == 200, change.text


def soak(seconds: float) -> list[str]:
    """What is wrong; empty if nothing."""
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"soak: seed {seed}, {seconds:.0f} s")
    port = free_port()
    beacon = Beacon(
        "--addr", f":{port}", "--punch-whitelist", "*", "--shards", "2", "--relay-rate", "0", "--max-nodes", "20000",
        port=port,
    )  # fmt: skip
    ending, ended, problems = threading.Event(), threading.Event(), []
    jobs = [(register, 4), (relay, 2), (punch, 2), (ask_stun, 1), (gossip, 2), (garbage, 2)]
    jobs += [(job, 0) for job in (contest, contest, scrape, scrape)]

    def work(job: Callable, clients: list[Client], dice: random.Random) -> None:
        while not ended.is_set():
            try:
                job(beacon, dice, clients)
            except (OSError, AssertionError) as error:
                if not ending.is_set():
                    problems.append(f"{job.__name__}: {error!r}")
                return

    threads = [
        threading.Thread(target=work, args=(job, beacon.clients(count), random.Random(seed + number)))
        for number, (job, count) in enumerate(jobs)
    ]
    for thread in threads:
        thread.start()
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not problems and beacon.alive():
            ended.wait(0.1)
        if not problems:
            problems += unserved(beacon)
        ending.set()  # the load goes on, but from here a socket's error is what we ask for
        beacon.process.send_signal(signal.SIGTERM)
        status = beacon.process.wait(30)
        if status != 0:
            problems.append(f"exit status {status}")
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        beacon.kill()
    if REPORT.search(beacon.log()):
        problems.append("a sanitizer report")
    if problems:
        print(beacon.log()[-30_000:])
    return problems


def unserved(beacon: Beacon) -> list[str]:
    """Outcomes that should have occurred and did not."""
    document = beacon.admin.stats().document
    print(f"soak: {document['totals']['received']} datagrams, {document['admin']['requests']} admin requests")
    return [
        f"no datagram was {group}.{name}"
        for group, names in SERVED.items()
        for name in names
        if not document[group][name]
    ]


if __name__ == "__main__":
    os.environ["BEACON_BIN"], duration = sys.argv[1], float(sys.argv[2])
    found = soak(duration)
    for problem in found:
        print(f"soak: {problem}")
    print("soak: " + ("failed" if found else "passed"))
    sys.exit(1 if found else 0)
