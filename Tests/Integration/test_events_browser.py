"""`/events` as a browser's EventSource reads it: a page misses nothing when its connection is cut."""

import re

import pytest

from admin import eventually
from browser import Browser, Proxy

pytestmark = [pytest.mark.tools("chromium-headless-shell")]

LISTEN = """
    window.seen = []; window.gaps = 0; window.opened = 0;
    window.source = new EventSource('/events');
    source.onopen = () => opened++;
    source.addEventListener('gap', () => gaps++);
    source.addEventListener('setting', event => seen.push([Number(event.lastEventId), JSON.parse(event.data)]));
"""


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def proxy(beacon):
    proxy = Proxy(beacon.admin.port)
    yield proxy
    proxy.close()


def happen(beacon, values):
    """An event for each value."""
    for value in values:
        assert beacon.admin.request("PUT", "/config/relay-rate", body=str(value).encode()).status == 200


def test_a_page_resumes_where_it_was_cut(beacon, browser, proxy):
    browser.open(f"http://127.0.0.1:{proxy.port}/")
    browser.run(LISTEN)
    eventually(lambda: browser.run("opened") == 1, 5.0, "the stream is open")

    def values():
        return [int(value) for value in re.findall(r'"value":\s*"?(\d+)', browser.run("JSON.stringify(seen)"))]

    def shown(last):
        eventually(lambda: values() and values()[-1] == last, 15.0, f"the page has {last}")

    happen(beacon, range(5_000, 5_010))
    shown(5_009)
    # Cut, and nobody listens for a while: all that happens meanwhile is caught up with.
    assert proxy.cut(refuse=True) >= 1
    happen(beacon, range(5_010, 5_200))
    proxy.refuses = False
    happen(beacon, range(5_200, 5_250))
    shown(5_249)
    # Cut in the middle of what happens.
    for start in (5_250, 5_300):
        happen(beacon, range(start, start + 25))
        assert proxy.cut() >= 1
        happen(beacon, range(start + 25, start + 50))
        shown(start + 49)

    assert values() == list(range(5_000, 5_350)), "each once, in order"
    ids = browser.run("seen.map(one => one[0])")
    assert ids == list(range(ids[0], ids[0] + 350))
    assert browser.run("gaps") == 0 and browser.run("opened") == 4
    # A request tells what the page had last.
    resumed = [int(found[1]) for head in proxy.heads if (found := re.search(rb"(?i)\r\nlast-event-id: (\d+)\r\n", head))]
    assert len(resumed) == 3 and resumed[0] == ids[9], (resumed, ids[9])


def test_another_sites_page_gets_no_events(beacon, browser):
    """It has an Origin of its own, and is refused before the stream begins."""
    browser.open("about:blank")
    browser.run(f"window.source = new EventSource('http://127.0.0.1:{beacon.admin.port}/events')")
    eventually(lambda: browser.run("source.readyState") == 2, 5.0, "the stream is closed for good")
