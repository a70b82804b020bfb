"""Which address an answer comes from: wildcard binds, several local addresses, IPv6 and dual stack.

Clients check the source of every datagram (harness.Client), so each `expect` here also says "from the address that I
talk to"."""

import pytest

import wire
from harness import free_port, quiet


@pytest.fixture(params=["", "0.0.0.0", "[::]"], ids=["every address", "IPv4 wildcard", "IPv6 wildcard"])
def wildcard(launch, request):
    port = free_port()
    return launch("--addr", f"{request.param}:{port}", "--punch-whitelist", "127.0.0.1", port=port)


def test_discover_and_relay_answer_from_the_address_asked(wildcard):
    s1 = wildcard.client(to="127.0.0.1")
    s2 = wildcard.client(to="127.0.0.2")
    s1.register(10)
    s2.register(20)
    s1.send(wire.relay(10, 20, b"to 20"))
    s2.expect(wire.deliver(10, b"to 20"))
    s2.send(wire.relay(20, 10, b"to 10"))
    s1.expect(wire.deliver(20, b"to 10"))


def test_punch_commands_come_from_each_nodes_own_beacon_address(wildcard):
    s1 = wildcard.client(to="127.0.0.1")
    s2 = wildcard.client(to="127.0.0.2")
    s1.register(10)
    s2.register(20)
    s1.send(wire.punch_request(10, 20))
    s1.expect(wire.punch_command(*s2.endpoint))
    s2.expect(wire.punch_command(*s1.endpoint))


def test_probes_name_and_come_from_the_owners_beacon_address(wildcard):
    """The owner talks to 127.0.0.2, the claimant to 127.0.0.1: the probe must reach the owner from 127.0.0.2 and name
    that address, or a daemon would not answer it."""
    owner = wildcard.client(to="127.0.0.2")
    claimant = wildcard.client(to="127.0.0.1")
    owner.register(10)
    claimant.register(10)
    quiet(owner, claimant, seconds=0.8)
    assert len(owner.probes) >= 1
    claimant.send(wire.relay(7, 10, b"still"))
    owner.expect(wire.deliver(7, b"still"))


def test_dual_stack_relays_between_families(launch):
    port = free_port()
    beacon = launch("--addr", f":{port}", "--punch-whitelist", "*", port=port)
    v4, v6 = beacon.client(to="127.0.0.1"), beacon.client(to="::1")
    v4.register(4)
    v6.register(6)
    v4.send(wire.relay(4, 6, b"to v6"))
    v6.expect(wire.deliver(4, b"to v6"))
    v6.send(wire.relay(6, 4, b"to v4"))
    v4.expect(wire.deliver(6, b"to v4"))
    v4.send(wire.punch_request(4, 6))
    v4.expect(wire.punch_command(*v6.endpoint))
    v6.expect(wire.punch_command(*v4.endpoint))


def test_ipv6_relays_and_punches(launch):
    beacon = launch("--punch-whitelist", "::1", host="::1")
    s1, s2 = beacon.clients(2)
    s1.register(10)
    s2.register(20)
    s1.send(wire.relay(10, 20, b"x"))
    s2.expect(wire.deliver(10, b"x"))
    s1.send(wire.punch_request(10, 20))
    s1.expect(wire.punch_command(*s2.endpoint))
    s2.expect(wire.punch_command(*s1.endpoint))


def test_a_burst_to_one_node_arrives_whole_on_a_dual_stack_socket(launch):
    """Runs of frames are sent as one message where the kernel can: each must still arrive as one datagram."""
    port = free_port()
    beacon = launch("--addr", f":{port}", port=port)
    s1, s2 = beacon.client(to="127.0.0.1"), beacon.client(to="127.0.0.2")
    s2.register(20)
    sizes = [1_200] * 40 + [700] + [1_200] * 10 + [0, 1, 1_200]
    frames = [bytes([number]) * size for number, size in enumerate(sizes)]
    for payload in frames:
        s1.send(wire.relay(10, 20, payload))
    for payload in frames:
        s2.expect(wire.deliver(10, payload))
    quiet(s2)
