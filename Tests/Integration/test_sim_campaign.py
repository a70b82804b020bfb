"""A campaign of the simulator notices a run that ends its process (S16), and makes all the others."""

import os
import re
import signal
import subprocess
import time

from harness import binary

RUNS = 40


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def test_a_run_that_traps_is_a_failure_and_the_others_are_made():
    campaign = subprocess.Popen(
        [str(binary().with_name("beacon-sim")), "campaign", "--seeds", str(RUNS), "--workers", "1", "--only", "calm"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        workers = []
        end = time.monotonic() + 30
        while not workers and campaign.poll() is None and time.monotonic() < end:
            workers = children(campaign.pid)
        assert workers, "no worker was started"
        os.kill(workers[0], signal.SIGSEGV)
        output, _ = campaign.communicate(timeout=120)
    finally:
        campaign.kill()
        campaign.wait()
    assert campaign.returncode == 1
    assert "S16 (any bytes are answered by a value)" in output
    assert "the process ended by signal 11" in output
    assert "replay: beacon-sim run calm --seed" in output
    # The first run is repeated at the end: if that was killed, its repeat comes to another end, which is a failure too.
    assert re.search(rf"^{RUNS} runs, .*: [12] FAILED$", output, re.MULTILINE)
