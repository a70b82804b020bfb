"""Rounds with a registry that speaks TLS, and what is said when it does not. The registry is a scripted one."""

import socket

import pytest

import wire
from admin import eventually
from certificates import authority, certificate
from harness import Beacon, Client, free_port
from registry import LIST_REQUEST, REGISTERED, entry, framed, listing, peers, state
from test_process import refused

TOKEN = {"BEACON_REGISTRY_ADMIN_TOKEN": "s3cret"}
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
ROUND_SECONDS = 30


def start(launch, fake, *arguments: str, **options: object) -> Beacon:
    return launch("--registry", fake.address, "--beacon-id", "7", *arguments, environment=TOKEN, **options)


def asked(launch, listener, own) -> tuple[Beacon, socket.socket]:
    """A beacon whose registry is this socket, and its connection there."""
    beacon = launch(
        "--registry", "127.0.0.1:%d" % listener.getsockname()[1], "--beacon-id", "7",
        "--registry-fingerprint", own.fingerprint,
    )  # fmt: skip
    return beacon, listener.accept()[0]


def ended(beacon, how: str, seconds: float = 5) -> str:
    """Waits until a round has ended so; the last error."""
    eventually(lambda: state(beacon)["state"] == how, seconds=seconds, what=f"state {how}")
    return state(beacon)["last_error"]


def trusting(ca) -> tuple[str, ...]:
    """What to run a beacon under so that its host trusts this CA and no other."""
    return ("unshare", "--mount", "sh", "-c", f'mount --bind {ca.file} {BUNDLE} && exec "$0" "$@"')


@pytest.fixture
def own(tmp_path):
    """A certificate that nobody has signed, for no host in particular."""
    return certificate(tmp_path, "own", host="DNS:somewhere.invalid")


@pytest.mark.parametrize("spelling", ["fingerprint", "shown"], ids=["plain digits", "as openssl prints it"])
def test_the_right_fingerprint(registry, launch, own, spelling):
    port = free_port()
    other = Client("127.0.0.1", port)
    fake = registry(REGISTERED, listing(entry(9, other)), tls=own.server())
    beacon = start(launch, fake, "--registry-fingerprint", getattr(own, spelling), port=port)
    assert fake.message() == framed(
        {"addr": f"127.0.0.1:{port}", "admin_token": "s3cret", "beacon_id": 7, "type": "beacon_register"}
    )
    assert fake.message() == LIST_REQUEST
    other.expect(wire.sync(7, []), seconds=5)
    other.close()
    shown = state(beacon)
    assert (shown["state"], shown["tls"], shown["certificate_sha256"]) == ("ok", "pinned", own.fingerprint)
    assert 'beacon_registry_rounds_total{result="ok"} 1' in beacon.admin.get("/metrics").text


def test_another_fingerprint_is_refused_before_a_word_is_said(registry, launch, own, tmp_path):
    wanted = certificate(tmp_path, "wanted", host="DNS:somewhere.invalid").fingerprint
    fake = registry(REGISTERED, listing(), tls=own.server())
    beacon = start(launch, fake, "--registry-fingerprint", wanted)
    error = ended(beacon, "untrusted")
    assert own.fingerprint in error and wanted in error and "--registry-fingerprint" in error
    assert own.fingerprint in beacon.log()
    assert state(beacon)["certificate_sha256"] == own.fingerprint
    assert fake.messages.empty()
    assert 'beacon_registry_rounds_total{result="untrusted"} 1' in beacon.admin.get("/metrics").text


def test_an_expired_certificate_with_the_right_fingerprint_is_good(registry, launch, tmp_path):
    """The fingerprint is who the registry is; there is nothing that a date could add."""
    expired = certificate(tmp_path, "expired", days=-1)
    fake = registry(REGISTERED, listing(), tls=expired.server())
    ended(start(launch, fake, "--registry-fingerprint", expired.fingerprint), "ok")


def test_an_unknown_authority_is_refused_without_a_fingerprint(registry, launch, tmp_path):
    signed = certificate(tmp_path, issuer=authority(tmp_path), host="IP:127.0.0.1")
    fake = registry(REGISTERED, listing(), tls=signed.server())
    beacon = start(launch, fake, "--registry-tls")
    error = ended(beacon, "untrusted")
    assert f"--registry-fingerprint {signed.fingerprint}" in error, "what to set if this is the registry's"
    assert state(beacon)["tls"] == "verified"
    assert fake.messages.empty()


@pytest.mark.root
@pytest.mark.tools("unshare")
@pytest.mark.parametrize("host, name", [("IP:127.0.0.1", "127.0.0.1"), ("DNS:localhost", "localhost")])
def test_an_authority_that_the_host_trusts(registry, launch, tmp_path, host, name):
    ca = authority(tmp_path)
    fake = registry(REGISTERED, listing(), tls=certificate(tmp_path, issuer=ca, host=host).server())
    address = f"{name}:{fake.listener.getsockname()[1]}"
    beacon = launch("--registry", address, "--beacon-id", "7", "--registry-tls", prefix=trusting(ca))
    ended(beacon, "ok")


@pytest.mark.root
@pytest.mark.tools("unshare")
def test_a_certificate_for_another_host_is_refused(registry, launch, tmp_path):
    ca = authority(tmp_path)
    signed = certificate(tmp_path, issuer=ca, host="DNS:localhost,IP:127.0.0.2")
    fake = registry(REGISTERED, listing(), tls=signed.server())
    beacon = start(launch, fake, "--registry-tls", prefix=trusting(ca))
    error = ended(beacon, "untrusted")
    assert "another host than 127.0.0.1" in error and signed.fingerprint in error
    assert fake.messages.empty()


@pytest.mark.root
@pytest.mark.tools("unshare")
def test_an_expired_certificate_of_a_known_authority_is_refused(registry, launch, tmp_path):
    ca = authority(tmp_path)
    fake = registry(REGISTERED, listing(), tls=certificate(tmp_path, issuer=ca, host="IP:127.0.0.1", days=-1).server())
    error = ended(start(launch, fake, "--registry-tls", prefix=trusting(ca)), "untrusted")
    assert "not valid today" in error
    assert fake.messages.empty()


def test_a_registry_that_speaks_plain_tcp(registry, launch, own):
    fake = registry(REGISTERED, listing())
    beacon = start(launch, fake, "--registry-fingerprint", own.fingerprint)
    assert "plain TCP" in ended(beacon, "unreachable")
    assert "plain TCP" in beacon.log()
    assert state(beacon)["certificate_sha256"] is None
    assert fake.messages.empty()


def test_a_server_that_answers_in_plain_text(launch, own):
    """As web servers do to what they do not understand."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        beacon, connection = asked(launch, listener, own)
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            assert "plain TCP" in ended(beacon, "invalid")


def test_a_beacon_without_tls_at_a_registry_with_it(registry, launch, own):
    fake = registry(REGISTERED, listing(), tls=own.server())
    beacon = start(launch, fake)
    eventually(lambda: "--registry-tls" in (state(beacon)["last_error"] or ""), what="the advice")
    assert state(beacon)["tls"] == "off"


def test_a_registry_that_says_nothing_in_the_handshake(launch, own):
    """10 s, then the round is over; the beacon serves meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        beacon, connection = asked(launch, listener, own)
        with connection:
            beacon.client().register(10)
            assert "no TLS handshake within 10 s" in ended(beacon, "unreachable", seconds=13)
            connection.settimeout(5)
            while connection.recv(4_096):
                pass  # the hello, and then the end


@pytest.mark.parametrize("replies", [(), (None,)], ids=["in the handshake", "after it"])
def test_a_beacon_stops_in_time_while_the_registry_hangs(registry, launch, own, replies):
    """The fixture checks the time."""
    if not replies:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = "127.0.0.1:%d" % listener.getsockname()[1]
            beacon = launch("--registry", address, "--beacon-id", "7", "--registry-fingerprint", own.fingerprint)
            connection, _ = listener.accept()
            with connection:
                assert connection.recv(1) and beacon.stop() == 0
        return
    fake = registry(*replies, tls=own.server())
    beacon = start(launch, fake, "--registry-fingerprint", own.fingerprint)
    fake.message()
    assert beacon.stop() == 0


@pytest.mark.parametrize("value", ["abc", "0" * 63, "0" * 65, "g" * 64, ":".join(["0000"] * 16), "sha256:" + "0" * 64])
def test_what_is_no_fingerprint_is_refused_at_start(value):
    status, said = refused("--registry", "127.0.0.1:9", "--beacon-id", "7", "--registry-fingerprint", value)
    assert status == 78 and "--registry-fingerprint" in said and "openssl x509" in said


def test_a_fingerprint_and_no_tls_are_refused_at_start():
    status, said = refused("--registry-fingerprint", "0" * 64, "--registry-tls=false", "--registry", "127.0.0.1:9")
    assert status == 78 and "registry-fingerprint" in said and "registry-tls" in said


@pytest.mark.slow
def test_a_certificate_that_changes_takes_no_peer_away(registry, launch, own, tmp_path):
    """Three rounds: good, under another certificate, good again."""
    port = free_port()
    other = Client("127.0.0.1", port)
    fake = registry(REGISTERED, listing(entry(9, other)), tls=own.server())
    beacon = start(launch, fake, "--registry-fingerprint", own.fingerprint, port=port)
    eventually(lambda: len(peers(beacon)) == 1, what="listed")
    fake.tls = certificate(tmp_path, "another").server()
    ended(beacon, "untrusted", seconds=ROUND_SECONDS + 5)
    other.pending()
    other.expect(wire.sync(7, []), seconds=11)
    assert len(peers(beacon)) == 1
    fake.tls = own.server()
    ended(beacon, "ok", seconds=ROUND_SECONDS + 5)
    other.close()
