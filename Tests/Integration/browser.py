"""Chromium without a screen, driven over its DevTools protocol; and a TCP proxy that can cut what goes through it."""

import contextlib
import itertools
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
from pathlib import Path

from websockets.sync.client import connect

from admin import eventually

PROGRAMS = ("chromium-headless-shell", "chromium")


class Browser:
    """One tab. https://chromedevtools.github.io/devtools-protocol/"""

    def __init__(self) -> None:
        program = next(found for name in PROGRAMS if (found := shutil.which(name)))
        self._profile = tempfile.TemporaryDirectory(prefix="beacon-chromium-", ignore_cleanup_errors=True)
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [
                program, "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", "--disable-dev-shm-usage",
                "--remote-debugging-port=0", f"--user-data-dir={self._profile.name}", "about:blank",
            ],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, start_new_session=True,
        )  # fmt: skip
        self._numbers = itertools.count(1)
        self._session: dict[str, str] = {}
        self._open = contextlib.ExitStack()
        try:
            port_file = Path(self._profile.name) / "DevToolsActivePort"
            port, path = eventually(
                lambda: port_file.exists() and len(lines := port_file.read_text().split("\n")) > 1 and lines[:2],
                30.0, "chromium listens",
            )  # fmt: skip
            self._socket = self._open.enter_context(connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None))
            target = self._call("Target.createTarget", url="about:blank")["targetId"]
            attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
            self._session = {"sessionId": attached["sessionId"]}
        except BaseException:
            self.close()
            raise

    def _call(self, method: str, **parameters: object) -> dict:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters, **self._session}))
        while True:
            answer = json.loads(self._socket.recv(timeout=20))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def run(self, script: str) -> object:
        """The value of a script; a promise is waited for."""
        result = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def open(self, url: str) -> None:
        """Navigates, and waits until the page is there."""
        answer = self._call("Page.navigate", url=url)
        assert not answer.get("errorText"), answer
        eventually(lambda: self.run("document.readyState === 'complete' && location.href") == url, 10.0, f"{url} is open")

    def close(self) -> None:
        self._open.close()
        # Debian's program is a script with the browser as its child: the group is both, and all their helpers.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()
        self._profile.cleanup()


class Proxy:
    """Passes TCP connections on to a port of 127.0.0.1; keeps the first bytes of each."""

    def __init__(self, target: int):
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self.heads: list[bytes] = []
        self.refuses = False
        """Ends each new connection at once."""
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended:
            with self._lock:
                ready = select.select([self._listener, *self._pairs], [], [], 0.02)[0]
                for one in ready:
                    self._accept() if one is self._listener else self._pass(one)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        if self.refuses:
            return self._reset(client)
        server = socket.create_connection(("127.0.0.1", self._target))
        self._pairs |= {client: server, server: client}
        self.heads.append(client.recv(65_536))
        server.sendall(self.heads[-1])

    def _pass(self, one: socket.socket) -> None:
        other = self._pairs.get(one)
        if other is None:
            return
        try:
            data = one.recv(65_536)
            if data:
                return other.sendall(data)
        except OSError:
            pass
        self._end(one, other)

    def _end(self, *sockets: socket.socket) -> None:
        for one in sockets:
            self._pairs.pop(one, None)
            self._reset(one)

    @staticmethod
    def _reset(one: socket.socket) -> None:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()

    def cut(self, refuse: bool = False) -> int:
        """Resets every connection; how many there were. `refuse`: takes no new ones until told otherwise."""
        with self._lock:
            self.refuses = refuse
            count = len(self._pairs) // 2
            self._end(*self._pairs)
            return count

    def close(self) -> None:
        self._ended = True
        self._thread.join()
        self.cut()
        self._listener.close()
