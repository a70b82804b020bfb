"""A network in user space: TUN devices in namespaces, and between them delay, jitter and loss.

What `tc netem` does, for kernels that are built without it. Run by net_lab.py:

    weather.py '{"devices": [{"name": …, "namespace": …, "ip": …}], "delay": 0.02, "jitter": 0.005, "loss": 0.01, "seed": 1}'

Says "ready" once the devices are in their namespaces, and forwards IPv4 packets from then on by their destination until
its standard input ends. A packet is delayed by delay ± jitter, evenly spread, so that packets overtake each other; each
is lost by dice of its own. Packets for nobody are dropped.
"""

import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DESTINATION = slice(16, 20)
"""Of an IPv4 header (RFC 791)."""
PACKETS_WAITING = 100_000


def open_tun(name: str, namespace: str) -> int:
    """A TUN device made here and moved away: the descriptor stays good."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", name, "netns", namespace], check=True)
    return device


class Weather:
    def __init__(self, plan: dict):
        self.delay, self.jitter, self.loss = plan["delay"], plan["jitter"], plan["loss"]
        self.dice = random.Random(plan["seed"])
        self.devices = {
            socket.inet_aton(device["ip"]): open_tun(device["name"], device["namespace"]) for device in plan["devices"]
        }
        self.waiting: list[tuple[float, int, int, bytes]] = []
        self.number = 0

    def run(self) -> None:
        poll = select.poll()
        for device in [*self.devices.values(), sys.stdin.fileno()]:
            poll.register(device, select.POLLIN)
        print("ready", flush=True)
        while True:
            due = self.deliver()
            for ready, _ in poll.poll(None if due is None else max(0.0, due * 1_000)):
                if ready == sys.stdin.fileno():
                    return
                self.take(ready)

    def take(self, device: int) -> None:
        for _ in range(64):
            try:
                packet = os.read(device, 65_535)
            except OSError:
                return
            target = self.devices.get(packet[DESTINATION]) if packet[:1] and packet[0] >> 4 == 4 else None
            if target is None or len(self.waiting) >= PACKETS_WAITING or self.dice.random() < self.loss:
                continue
            self.number += 1
            due = time.monotonic() + self.delay + self.dice.uniform(-self.jitter, self.jitter)
            heapq.heappush(self.waiting, (due, self.number, target, packet))

    def deliver(self) -> float | None:
        """Writes what is due; seconds until the next, None if nothing waits."""
        while self.waiting:
            left = self.waiting[0][0] - time.monotonic()
            if left > 0:
                return left
            _, _, target, packet = heapq.heappop(self.waiting)
            try:
                os.write(target, packet)
            except OSError:
                pass  # The device is not up (yet).
        return None


if __name__ == "__main__":
    Weather(json.loads(sys.argv[1])).run()
