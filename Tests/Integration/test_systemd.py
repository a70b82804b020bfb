"""The unit file is one that systemd understands, and tight; the program says to it what it waits for."""

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from harness import REPOSITORY, binary

pytestmark = pytest.mark.tools("systemd-analyze")
MOST_EXPOSURE = 2.5
"""Of systemd-analyze's scale from 0, which is nothing, to 10; a service without any restriction has 9.6."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with this build's program, which `verify` looks for."""
    text = (REPOSITORY / "ops/systemd/beacon.service").read_text()
    path = tmp_path / "beacon.service"
    path.write_text(text.replace("/usr/local/bin/beacon", str(binary())))
    return path


def analyze(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [shutil.which("systemd-analyze"), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_unit_is_understood(unit):
    answer = analyze("verify", str(unit))
    about = [line for line in answer.stderr.splitlines() if "beacon.service" in line]
    assert about == [] and answer.returncode == 0, answer.stderr


def test_the_unit_is_tight(unit):
    answer = analyze("security", "--offline=true", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", answer.stdout)
    assert found, answer.stdout + answer.stderr
    print(f"exposure {found.group(1)}")
    assert float(found.group(1)) <= MOST_EXPOSURE, answer.stdout


def test_it_tells_systemd_how_it_is(launch, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.settimeout(5)
        beacon = launch(environment={"NOTIFY_SOCKET": str(path)})
        ready = systemd.recv(4_096).decode().splitlines()
        assert "READY=1" in ready and f"MAINPID={beacon.process.pid}" in ready
        assert systemd.recv(4_096).decode().splitlines() == ["WATCHDOG=1"]
        beacon.process.terminate()
        assert beacon.process.wait(10) == 0
        systemd.setblocking(False)
        told = []
        while True:
            try:
                told.append(systemd.recv(4_096).decode())
            except BlockingIOError:
                break
        assert any("STOPPING=1" in message for message in told), told
