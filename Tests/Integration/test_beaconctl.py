"""beaconctl against an admin server that plays a script, and against real beacons."""

import re
import signal

import pytest

import control
from admin import eventually
from control import Answer, Done, FakeAdmin, drain, lines
from harness import free_port

STARTED = Answer({"result": "started", "drain": drain()})


@pytest.fixture
def fake():
    started = []

    def start(*answers: Answer) -> FakeAdmin:
        started.append(FakeAdmin(*answers))
        return started[-1]

    yield start
    for one in started:
        one.close()


def wait(fake, *answers: Answer) -> Done:
    return control.run(fake(STARTED, *answers).address, "drain", "--wait")


@pytest.mark.parametrize(
    "streams, status, words",
    [
        ([lines(drain(left=4), drain("left", left=0))], 0, "drained: 10 of 10 nodes moved"),
        ([lines(drain(left=4), drain("left", left=2))], 3, "deadline: 2 nodes left, the busiest: 17; 8 of 10"),
        ([lines(drain(left=4), drain("serving", left=4))], 4, "cancelled: 6 of 10"),
        # The beacon exits, and its last line is not the very last word.
        ([lines(drain(left=0))], 0, "drained: "),
        ([lines(drain(left=0), end="reset")], 0, "drained: "),
        ([lines(drain(left=1, seconds=0.2))], 3, "deadline: 1 node left"),
        # It breaks, and goes on.
        ([lines(drain(left=4)), lines(drain(left=3)), lines(drain("left", left=0))], 0, "drained: "),
        # It breaks, and the beacon is gone, or has forgotten.
        ([lines(drain(left=4))], 6, "lost: cannot reach the admin server"),
        ([lines(drain(left=4), end="reset")], 6, "lost: cannot reach the admin server"),
        ([lines(drain(left=4)), lines(drain("serving", left=0, began_at=None))], 6, "lost: the beacon was started anew"),
    ],
)
def test_how_a_drain_ends(fake, streams, status, words):
    done = wait(fake, *streams)
    assert (done.status, done.error) == (status, "")
    assert done.output.splitlines()[-1].startswith(words), done.output


def test_lines_without_a_terminal(fake):
    one = fake(STARTED, lines(drain(left=10), drain(left=4), drain(left=4), drain("left", left=0)))
    done = control.run(one.address, "drain", "--wait", "--deadline", "2m", "--then", "stay", "--force")
    assert done.output == (
        "draining: 10 of 10 nodes left, 100 s to the deadline; 77 frames forwarded, 0 lost\n"
        "draining: 4 of 10 nodes left, 100 s to the deadline; 77 frames forwarded, 0 lost\n"
        "draining: 0 of 10 nodes left, 100 s to the deadline; 77 frames forwarded, 0 lost\n"
        "drained: 10 of 10 nodes moved, 0 expired in 10 s; 77 frames forwarded, 0 lost\n"
    )
    order, watch = one.requests
    assert order.startswith("POST /drain?deadline=2m&then=stay&force=1 HTTP/1.1\r\n")
    assert watch.startswith("GET /drain?watch=1s&format=json HTTP/1.1\r\n")


@pytest.mark.parametrize("columns", [20, 60, 80, 200])
def test_a_bar_on_a_terminal(fake, columns):
    one = fake(STARTED, lines(drain(left=10), drain(left=4), drain("left", left=0)))
    done = control.run_on_terminal(one.address, "drain", "--wait", columns=columns, environment={"NO_COLOR": "1"})
    assert done.status == 0
    drawn = done.output.split("\r\x1b[K")[1:]
    assert len(drawn) == 5 and drawn[-1].startswith("drained: ") and done.output.endswith("\r\n")
    assert all(len(line) < columns and "left" in line and "\n" not in line for line in drawn[:-1])
    assert "\x1b" not in "".join(drawn)
    if columns >= 60:
        bars = [re.search(r"\[(#*)(-*)\]", line) for line in drawn[:-1]]
        assert [len(bar[1]) * 10 // len(bar[1] + bar[2]) for bar in bars] in ([0, 0, 5, 10], [0, 0, 6, 10])


@pytest.mark.parametrize(
    "environment, coloured, redrawn",
    [({}, True, True), ({"NO_COLOR": "1"}, False, True), ({"NO_COLOR": ""}, True, True), ({"TERM": "dumb"}, False, False)],
)
def test_colours(fake, environment, coloured, redrawn):
    one = fake(STARTED, lines(drain("left", left=0)))
    done = control.run_on_terminal(one.address, "drain", "--wait", environment=environment)
    assert ("\x1b[32m" in done.output, "\r\x1b[K" in done.output) == (coloured, redrawn)


@pytest.mark.parametrize(
    "answer, status, error",
    [
        (Answer({"error": "no other beacon would be left serving", "status": 409}, 409), 5, "no other beacon would be left"),
        (Answer({"error": "wrong token", "status": 401}, 401), 77, "wrong token"),
        (Answer({"error": "unknown parameter", "status": 400}, 400), 1, "unknown parameter"),
        (Answer("<html>", 200), 76, "no beacon"),
        (Answer({"hello": 1}, 200), 76, "no beacon"),
    ],
)
def test_orders_that_come_to_nothing(fake, answer, status, error):
    for arguments in (["drain"], ["drain", "--wait"], ["drain", "--dry-run"]):
        done = control.run(fake(answer).address, *arguments)
        assert (done.status, done.output) == (status, ""), arguments
        assert done.error.startswith("beaconctl: ") and error in done.error


@pytest.mark.parametrize("arguments", [["status"], ["get", "/stats"], ["drain", "--wait"]])
def test_a_server_that_speaks_something_else(fake, arguments):
    done = control.run(fake(Answer("SSH-2.0-OpenSSH_9.6\r\n", status=0)).address, *arguments)
    assert (done.status, done.output) == (76, "") and "does not speak HTTP" in done.error


def test_an_answer_that_is_cut_short_is_no_answer(fake):
    done = control.run(fake(Answer("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", status=0)).address, "status")
    assert done.status != 0 and done.output == "" and done.error
    done = control.run(fake(Answer("", status=0)).address, "status")
    assert (done.status, done.output) == (6, "") and "closed before the end" in done.error


def test_a_stream_of_nonsense_is_no_drain(fake):
    done = wait(fake, Answer("{}\n"))
    assert done.status == 76 and "makes no sense" in done.error


def test_nobody_there():
    for arguments in (["status"], ["get", "/stats"], ["drain"], ["drain", "--wait"], ["drain", "--cancel"]):
        done = control.run(f"127.0.0.1:{free_port()}", *arguments)
        assert (done.status, done.output) == (69, "")
        assert "cannot reach the admin server at 127.0.0.1:" in done.error and "connection refused" in done.error


@pytest.mark.parametrize(
    "arguments",
    [
        ["drain", "--deadline", "5x"], ["drain", "--then", "reboot"], ["drain", "--cancel", "--wait"],
        ["drain", "--dry-run", "--wait"], ["drain", "--watch", "--force"], ["status", "--admin", "9090"], ["get"], ["get", "/a b"], ["restart"],
    ],  # fmt: skip
)
def test_wrong_command_lines(arguments):
    assert control.run("127.0.0.1:1", *arguments).status == 64


# Real beacons.


def test_status_and_get(beacon):
    address = f"127.0.0.1:{beacon.admin.port}"
    beacon.client().register(7)
    done = control.run(address, "status")
    assert done.status == 0 and done.error == ""
    assert re.match(r"beacon \d+\.\d+\.\d+, up \d+s: ready\n", done.output)
    assert re.search(r"^nodes +1 of 1048576 registered", done.output, re.M)
    assert re.search(r"^drain +serving$", done.output, re.M)
    assert control.run(address, "get", "/healthz").output == "ok"
    assert control.run(address, "get", "drain").output.startswith("state             serving\n")
    assert control.run(address, "get", "--json", "/drain").output.startswith('{\n  "state": "serving",\n')
    none = control.run(address, "get", "/nothing")
    assert none.status == 1 and "no such path" in none.error and none.output == ""


def test_a_token(launch, tmp_path):
    file = tmp_path / "token"
    file.write_text("sesame-sesame-sesame\n")
    file.chmod(0o600)
    beacon = launch("--admin-token-file", str(file))
    address = f"127.0.0.1:{beacon.admin.port}"
    assert control.run(address, "status").status == 77
    assert control.run(address, "status", environment={"BEACON_ADMIN_TOKEN_FILE": str(file)}).status == 0
    assert control.run(address, "drain", "--dry-run", "--token-file", str(file)).status == 0
    missing = control.run(address, "status", "--token-file", "/none")
    assert missing.status == 77 and "cannot use the token file /none" in missing.error


def test_a_beacon_alone_drains_and_ends(launch):
    beacon = launch()
    address = f"127.0.0.1:{beacon.admin.port}"
    plan = control.run(address, "drain", "--dry-run", "--deadline", "2m")
    assert plan.status == 0 and plan.output.startswith("would drain\nnodes to move          0\n")
    assert beacon.admin.get("/readyz").status == 200
    done = control.run(address, "drain", "--wait")
    assert done.status == 0 and done.output.splitlines()[-1].startswith("drained: 0 of 0 nodes moved"), done
    assert beacon.process.wait(5) == 0


def test_the_deadline_with_a_node_left(launch):
    beacon = launch()
    beacon.client().register(7)
    done = control.run(f"127.0.0.1:{beacon.admin.port}", "drain", "--wait", "--deadline", "1s")
    assert done.status == 3 and done.output.splitlines()[-1].startswith("deadline: 1 node left"), done
    assert beacon.process.wait(5) == 0


def test_a_beacon_that_stays(launch):
    beacon = launch()
    address = f"127.0.0.1:{beacon.admin.port}"
    assert control.run(address, "drain", "--wait", "--then", "stay").status == 0
    status = control.run(address, "status")
    assert status.status == 10 and re.search(r"^drain +left$", status.output, re.M)
    again = control.run(address, "drain", "--wait")
    assert again.status == 5 and "has left" in again.error
    assert control.run(address, "drain", "--cancel").status == 5


def test_somebody_cancels(launch):
    beacon = launch()
    beacon.client().register(7)
    address = f"127.0.0.1:{beacon.admin.port}"
    assert control.run(address, "drain", "--watch").status == 1
    ordered = control.run(address, "drain", "--deadline", "1h")
    assert ordered.status == 0 and ordered.output.startswith("draining: 1 of 1 node left, 3600 s to the deadline")
    waiting = control.start(address, "drain", "--watch")
    eventually(lambda: beacon.admin.stats().document["admin"]["event_streams"] == 1, what="a watched drain")
    assert beacon.admin.get("/drain").json()["deadline_seconds"] == 3600
    assert control.run(address, "status").status == 10
    assert control.run(address, "drain", "--cancel").output == "cancelled: the beacon serves as before\n"
    done = control.finish(waiting)
    assert done.status == 4 and done.output.splitlines()[-1].startswith("cancelled: ")
    assert control.run(address, "drain", "--cancel").output == "there is no drain\n"
    assert control.run(address, "status").status == 0


def test_a_beacon_that_is_killed_has_not_drained(fleet):
    fleet.node(1, 7)
    beacon = fleet.beacons[1]
    waiting = control.start(f"127.0.0.1:{beacon.admin.port}", "drain", "--wait", "--deadline", "1h")
    eventually(lambda: beacon.admin.stats().document["admin"]["event_streams"] == 1, what="a watched drain")
    fleet.kill(1)
    done = control.finish(waiting)
    assert done.status == 6 and done.output.splitlines()[-1].startswith("lost: "), done


def test_nodes_that_move_end_a_drain(fleet):
    fleet.node(1, 7)
    beacon = fleet.beacons.pop(1)
    fleet.killed.append(beacon)
    fleet.wait_owner(7, 1, at=[2, 3])
    address = f"127.0.0.1:{beacon.admin.port}"
    waiting = control.start(address, "drain", "--wait", "--deadline", "60s")
    eventually(lambda: fleet.members(2)[1]["draining"], what="a drain that beacon 2 knows of")
    fleet.node(2, 7)
    done = control.finish(waiting)
    assert done.status == 0, done
    assert done.output.splitlines()[-1].startswith("drained: 1 of 1 node moved, 0 expired"), done
    assert beacon.process.wait(10) == 0
    eventually(lambda: fleet.states(2)[1] == "left", what="left, not dead")


def test_the_last_one_serving_refuses(fleet):
    for i in (1, 2):
        assert control.run(f"127.0.0.1:{fleet.beacons[i].admin.port}", "drain", "--then", "stay", "--deadline", "1h").status == 0
        fleet.node(i, i)  # keeps it from its end
    last = f"127.0.0.1:{fleet.beacons[3].admin.port}"
    eventually(lambda: fleet.members(3)[1]["draining"] and fleet.members(3)[2]["draining"], what="two that drain")
    for arguments in (["--wait"], ["--dry-run"], []):
        done = control.run(last, "drain", *arguments)
        assert done.status == 5 and "no other beacon would be left serving" in done.error + done.output
    assert control.run(last, "drain", "--dry-run", "--force").status == 0


def test_interrupted_the_drain_goes_on(launch):
    beacon = launch()
    beacon.client().register(7)
    waiting = control.start(f"127.0.0.1:{beacon.admin.port}", "drain", "--wait", "--deadline", "1h")
    eventually(lambda: beacon.admin.stats().document["admin"]["event_streams"] == 1, what="a watched drain")
    waiting.send_signal(signal.SIGINT)
    done = control.finish(waiting)
    assert done.status == 130 and "the drain goes on" in done.error
    assert beacon.admin.get("/drain").json()["state"] == "draining"
