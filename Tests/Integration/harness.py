"""A running beacon and the UDP clients that talk to it, for black-box tests.

Nothing here sleeps for a fixed time: every wait is for a datagram or a condition, with a deadline. Silence can only be
shown by listening for a while, so `quiet` does that.
"""

import os
import random
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import wire
from admin import Admin

REPOSITORY = Path(__file__).resolve().parents[2]
REPLY_SECONDS = 2.0
"""How long a reply may take: the daemon counts a later one as lost."""
SILENCE_SECONDS = 0.3
STOP_SECONDS = 5.0
START_SECONDS = 10.0


def binary() -> Path:
    return Path(os.environ.get("BEACON_BIN", REPOSITORY / ".build/release/beacon")).resolve()


def free_port() -> int:
    """A port free for UDP and TCP on every address, below the range the kernel gives to clients."""
    for _ in range(200):
        port = random.randrange(20_000, 32_000)
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                    with socket.socket(family, kind) as probe:
                        if family == socket.AF_INET6:
                            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                        probe.bind((host, port))
            return port
        except OSError:
            continue
    raise RuntimeError("no free port found")


def resident(pid: int) -> int:
    """Resident bytes: the second number of statm, in pages (proc(5))."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Client:
    """One UDP socket that behaves like a daemon's: it answers its beacon's liveness probes unless told to be silent,
    and it holds every datagram that is not from the beacon's exact address to be a failure."""

    def __init__(self, beacon_ip: str, beacon_port: int, ip: str | None = None, port: int = 0):
        family = socket.AF_INET6 if ":" in beacon_ip else socket.AF_INET
        self.beacon = (beacon_ip, beacon_port)
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        for option in (socket.SO_RCVBUF, 33):  # 33 = SO_RCVBUFFORCE, for root only
            try:
                self.socket.setsockopt(socket.SOL_SOCKET, option, 8 << 20)
            except OSError:
                pass
        self.socket.bind((ip or ("::1" if family == socket.AF_INET6 else "127.0.0.1"), port))
        self.ip, self.port = self.socket.getsockname()[:2]
        self.alive = True
        self.probes: list[float] = []
        """When each liveness probe came in (monotonic seconds)."""

    @property
    def endpoint(self) -> tuple[str, int]:
        return self.ip, self.port

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes | str) -> None:
        """Sends bytes, or hex with `·` and blanks for reading."""
        if isinstance(data, str):
            data = bytes.fromhex(data.replace("·", ""))
        self.socket.sendto(data, self.beacon)

    def receive(self, seconds: float = REPLY_SECONDS) -> bytes | None:
        """The next datagram that is not a liveness probe, or None when `seconds` pass without one."""
        deadline = time.monotonic() + seconds
        while True:
            remaining = max(0.0, deadline - time.monotonic())
            if not select.select([self.socket], [], [], remaining)[0]:
                return None
            data = self._read()
            if data is not None:
                return data

    def _read(self) -> bytes | None:
        data, source = self.socket.recvfrom(65_535)
        assert source[:2] == self.beacon, f"{data[:32].hex()} came from {source[:2]}, not from {self.beacon}"
        if data != wire.punch_command(*self.beacon):
            return data
        self.probes.append(time.monotonic())
        if self.alive:
            for _ in range(3):
                self.send(wire.PROOF)
        return None

    def expect(self, wanted: bytes | str, seconds: float = REPLY_SECONDS) -> None:
        if isinstance(wanted, str):
            wanted = bytes.fromhex(wanted.replace("·", ""))
        got = self.receive(seconds)
        assert got == wanted, f"wanted {_show(wanted)}, got {_show(got)}"

    def register(self, node: int, trailer: bytes = b"", extended: bool = False) -> None:
        """Discover, and wait for the reply: from then on the beacon relays to this socket."""
        self.send((wire.discover_ex if extended else wire.discover)(node, trailer))
        self.expect(wire.discover_reply(*self.endpoint))

    def pending(self) -> list[bytes]:
        """All datagrams that are here now."""
        found = []
        while (data := self.receive(0)) is not None:
            found.append(data)
        return found


def _show(data: bytes | None) -> str:
    if data is None:
        return "nothing"
    return data.hex() if len(data) <= 64 else f"{data[:64].hex()}… ({len(data)} bytes)"


def quiet(*clients: Client, seconds: float = SILENCE_SECONDS) -> None:
    """Nothing but liveness probes arrives at any of the clients for `seconds`."""
    deadline = time.monotonic() + seconds
    while (remaining := deadline - time.monotonic()) > 0:
        ready = select.select([client.socket for client in clients], [], [], remaining)[0]
        for client in clients:
            if client.socket in ready:
                data = client._read()
                assert data is None, f"port {client.port} should stay silent, got {_show(data)}"


def arrivals(sender: Client, dest: int, candidates: list[Client], seconds: float) -> Iterator[tuple[float, Client]]:
    """Relays a numbered frame to `dest` every 50 ms for `seconds`; yields (seconds since the start, who got it)."""
    start = time.monotonic()
    number = 0
    while (elapsed := time.monotonic() - start) < seconds:
        payload = b"frame %d" % number
        sender.send(wire.relay(0xFEED, dest, payload))
        number += 1
        until = time.monotonic() + 0.05
        while (remaining := until - time.monotonic()) > 0:
            ready = select.select([c.socket for c in candidates], [], [], remaining)[0]
            for client in candidates:
                if client.socket in ready and (data := client._read()) is not None:
                    if data.startswith(wire.deliver(0xFEED)):
                        yield elapsed, client


class Beacon:
    """A beacon process on a free port of `host`, stopped by its own pid.

    `arguments` are added to `--addr` and `--admin`; one that names either of them replaces the harness's own. The
    environment is empty of BEACON_* variables but for `environment`.
    """

    def __init__(
        self,
        *arguments: str,
        host: str = "127.0.0.1",
        port: int | None = None,
        environment: Mapping[str, str] | None = None,
        prefix: tuple[str, ...] = (),
        wait: bool = True,
    ):
        self.host = host
        self.port = port or free_port()
        self.admin = Admin(free_port()) if "--admin" not in arguments else None
        self._clients: list[Client] = []
        self._log = tempfile.NamedTemporaryFile(prefix="beacon-", suffix=".log")
        command = [*prefix, str(binary())]
        if "--addr" not in arguments:
            command += ["--addr", f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"]
        if self.admin:
            command += ["--admin", f"127.0.0.1:{self.admin.port}"]
        command += arguments
        clean = {key: value for key, value in os.environ.items() if not key.startswith("BEACON_")}
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, env=clean | dict(environment or {})
        )
        if wait:
            try:
                self.wait_ready()
            except BaseException:
                self.kill()
                raise

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def wait_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, f"the beacon ended with {self.process.returncode}:\n{self.log()}"
            assert time.monotonic() < deadline, f"not ready within {START_SECONDS} s:\n{self.log()}"
            select.select([], [], [], 0.02)

    def _answers(self) -> bool:
        if self.admin:
            try:
                return self.admin.get("/readyz").status == 200
            except OSError:
                return False
        probe = Client(*self.address)
        try:
            probe.send(wire.discover(0))
            return probe.receive(0.1) is not None
        except OSError:
            return False
        finally:
            probe.close()

    def client(self, ip: str | None = None, port: int = 0, to: str | None = None) -> Client:
        """A new client of this beacon; `to` is the beacon's address as the client sees it, for wildcard binds."""
        client = Client(to or self.host, self.port, ip, port)
        self._clients.append(client)
        return client

    def clients(self, count: int) -> list[Client]:
        return [self.client() for _ in range(count)]

    def log(self) -> str:
        return Path(self._log.name).read_text(errors="replace")

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> int:
        """SIGTERM; the exit status. A beacon that does not stop in time is killed, and that is a failure."""
        try:
            if self.alive():
                self.process.send_signal(signal.SIGTERM)
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running {STOP_SECONDS} s after SIGTERM:\n{self.log()}") from None
        finally:
            self.kill()

    def kill(self) -> None:
        for client in self._clients:
            client.close()
        if self.alive():
            self.process.kill()
        self.process.wait()
