"""Fixtures: beacons that a test starts are stopped, and checked for a clean exit, when it ends.

BEACON_BIN          the beacon to test; default: the release build
BEACON_SLOW=1       also run the tests that wait for real minutes (the unit tests move the clock for the same rules)
BEACON_REQUIRE_ALL=1  a test that would be skipped fails
"""

import os
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator

import pytest

from fleet import Fleet
from harness import Beacon, binary
from registry import Registry


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: waits for real minutes; only with BEACON_SLOW=1")
    config.addinivalue_line("markers", "tools(*names): needs these programs on the PATH")
    config.addinivalue_line("markers", "nats(a, b): the routers of the NAT lab")
    config.addinivalue_line("markers", "beacons(count): how many there are in the fleet")
    config.addinivalue_line("markers", "root: needs root, for raw sockets or network namespaces")


def pytest_sessionstart(session: pytest.Session) -> None:
    if not os.access(binary(), os.X_OK):
        raise pytest.UsageError(f"no beacon at {binary()}: build it, or set BEACON_BIN")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("BEACON_SLOW") == "1":
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = [
        name
        for marker in item.iter_markers("tools")
        for name in marker.args
        if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None
    ]
    if missing:
        _missing(f"not installed: {', '.join(missing)}")
    if item.get_closest_marker("root") and os.geteuid() != 0:
        _missing("needs root")


def _missing(reason: str) -> None:
    if os.environ.get("BEACON_REQUIRE_ALL") == "1":
        pytest.fail(f"nothing may be skipped here, but: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture
def fleet(request: pytest.FixtureRequest) -> Iterator[Fleet]:
    """Three beacons of one fleet, or as many as the `beacons` marker says."""
    marker = request.node.get_closest_marker("beacons")
    fleet = Fleet(marker.args[0] if marker else 3)
    try:
        yield fleet
    finally:
        fleet.close()


@pytest.fixture
def launch(request: pytest.FixtureRequest) -> Iterator[Callable[..., Beacon]]:
    """Starts beacons; each must still run when the test ends, and stop with status 0."""
    started: list[Beacon] = []

    def start(*arguments: str, **options: object) -> Beacon:
        beacon = Beacon(*arguments, **options)
        started.append(beacon)
        return beacon

    yield start
    crashed = [beacon for beacon in started if not beacon.alive() and beacon.process.returncode != 0]
    statuses = [beacon.stop() for beacon in started]
    logs = "\n".join(beacon.log() for beacon in started)
    assert not crashed and all(status == 0 for status in statuses), f"exit status {statuses}:\n{logs}"


@pytest.fixture
def beacon(launch: Callable[..., Beacon]) -> Beacon:
    """A beacon on 127.0.0.1 that does not limit the punches of 127.0.0.1, where all local clients are."""
    return launch("--punch-whitelist", "127.0.0.1")


@pytest.fixture
def registry() -> Iterator[Callable[..., Registry]]:
    """Starts scripted registries on loopback."""
    started: list[Registry] = []

    def start(*replies: object, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Registry:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        started.append(Registry(socket.create_server((host, 0), family=family), *replies, tls=tls))
        return started[-1]

    yield start
    for one in started:
        one.close()
        assert not one.surplus
