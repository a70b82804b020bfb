"""STUN Binding on the data port (RFC 8489), with bytes of our own and with coturn's client."""

import os
import re
import struct
import subprocess

import pytest

import stun
from harness import free_port, quiet


def ask(client, request):
    client.send(request)
    data = client.receive()
    assert data is not None, "no answer"
    answer = stun.parse(data)
    assert answer.transaction == request[8:20]
    return answer, data


def test_binding_answers_with_the_observed_address(beacon):
    client = beacon.client()
    answer, data = ask(client, stun.message())
    assert answer.kind == stun.BINDING_SUCCESS and answer.mapped == client.endpoint
    assert len(data) == 32, "XOR-MAPPED-ADDRESS and nothing else: a stranger is not amplified"


def test_binding_over_ipv6(launch):
    client = launch(host="::1").client()
    answer, data = ask(client, stun.message())
    assert answer.kind == stun.BINDING_SUCCESS and answer.mapped == client.endpoint
    assert len(data) == 44


def test_ipv4_on_a_dual_stack_socket_is_ipv4(launch):
    port = free_port()
    client = launch("--addr", f":{port}", port=port).client()
    answer, _ = ask(client, stun.message())
    assert answer.mapped == client.endpoint


def test_fingerprint_is_checked_and_answered(beacon):
    client = beacon.client()
    answer, _ = ask(client, stun.message(fingerprint=True))
    assert answer.kind == stun.BINDING_SUCCESS
    assert answer.attributes[-1][0] == stun.FINGERPRINT, "the answer's own FINGERPRINT stands last"


def test_wrong_fingerprint_is_dropped(beacon):
    client = beacon.client()
    request = bytearray(stun.message(fingerprint=True))
    request[-1] ^= 1
    client.send(bytes(request))
    quiet(client)
    beacon.admin.dropped("stun_malformed", 1)


def test_unknown_required_attributes_are_named(beacon):
    client = beacon.client()
    unknown = [0x0003, 0x7F01]
    request = stun.message(stun.BINDING_REQUEST, *(stun.attribute(kind, b"\0\0\0\0") for kind in unknown))
    answer, _ = ask(client, request)
    assert answer.kind == stun.BINDING_ERROR
    assert answer.value(stun.ERROR_CODE)[:4] == bytes([0, 0, 4, 20])
    listed = answer.value(stun.UNKNOWN_ATTRIBUTES)
    assert list(struct.unpack(f"!{len(listed) // 2}H", listed)) == unknown


def test_unknown_optional_attributes_are_ignored(beacon):
    client = beacon.client()
    answer, _ = ask(client, stun.message(stun.BINDING_REQUEST, stun.attribute(0xC057, b"\0\1\0\0")))
    assert answer.kind == stun.BINDING_SUCCESS and answer.mapped == client.endpoint


def test_ice_attributes_are_tolerated(beacon):
    """RFC 8445 §7.1: what an ICE agent puts into its checks."""
    client = beacon.client()
    request = stun.message(
        stun.BINDING_REQUEST,
        stun.attribute(stun.USERNAME, b"evtj:h6vY"),
        stun.attribute(stun.PRIORITY, struct.pack("!I", 0x6E0001FF)),
        stun.attribute(stun.USE_CANDIDATE),
        stun.attribute(stun.ICE_CONTROLLED, os.urandom(8)),
        stun.attribute(stun.MESSAGE_INTEGRITY, os.urandom(20)),
        fingerprint=True,
    )
    answer, _ = ask(client, request)
    assert answer.kind == stun.BINDING_SUCCESS and answer.mapped == client.endpoint


def test_software_in_a_request_does_no_harm(beacon):
    client = beacon.client()
    answer, _ = ask(client, stun.message(stun.BINDING_REQUEST, stun.attribute(stun.SOFTWARE, b"test vector")))
    assert answer.kind == stun.BINDING_SUCCESS


SILENT = {
    "indication": (stun.message(stun.BINDING_INDICATION), "stun_ignored"),
    "Allocate": (stun.message(stun.ALLOCATE_REQUEST), "stun_ignored"),
    "no cookie (RFC 3489)": (stun.message(cookie=0x01020304), "stun_malformed"),
    "length too long": (stun.message()[:2] + b"\0\4" + stun.message()[4:], "stun_malformed"),
    "length not a multiple of 4": (stun.message()[:2] + b"\0\3" + stun.message()[4:] + b"abc", "stun_malformed"),
    "attribute beyond the end": (
        stun.message(stun.BINDING_REQUEST, struct.pack("!HHI", stun.PRIORITY, 8, 0)),
        "stun_malformed",
    ),
    "cut head": (stun.message()[:19], "stun_malformed"),
}


@pytest.mark.parametrize("case", SILENT)
def test_everything_else_gets_no_answer(beacon, case):
    client = beacon.client()
    datagram, reason = SILENT[case]
    client.send(datagram)
    quiet(client)
    beacon.admin.dropped(reason, 1)


@pytest.mark.tools("turnutils_stunclient")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_coturn_client(launch, host):
    beacon = launch(host=host)
    run = subprocess.run(
        ["turnutils_stunclient", "-p", str(beacon.port), host], capture_output=True, text=True, timeout=30
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(rf"UDP reflexive addr: \[?{host}\]?:\d+", run.stdout), run.stdout
