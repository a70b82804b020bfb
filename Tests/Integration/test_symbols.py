"""What the packet path of the release binary calls, read from its code: exact, and without noise.

The decision about a datagram counts no reference, allocates nothing and checks no exclusivity; the loop around it does
so once a batch at most. Only a release build says anything about that.
"""

import re
import subprocess

import pytest

from harness import binary

pytestmark = [
    pytest.mark.tools("nm", "objdump"),
    pytest.mark.skipif("debug" in binary().parts, reason="says something about a release build only"),
]

COSTLY = re.compile(r"swift_(retain|release|allocObject|beginAccess|once|isUniquelyReferenced|bridgeObject\w+)|<malloc")


def calls(function: str) -> list[str]:
    """The targets of all calls in the one function whose mangled name starts with `function`."""
    names = subprocess.run(["nm", str(binary())], capture_output=True, text=True, check=True).stdout.split()
    (symbol,) = {name for name in names if name.startswith(function)}
    code = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", f"--disassemble={symbol}", str(binary())],
        capture_output=True, text=True, check=True,
    ).stdout
    found = re.findall(r"call\w*\s+\S*\s*(<[^>]+>|\S+)", code)
    assert found, f"no call in {symbol}: is the pattern still right?"
    return found


@pytest.mark.parametrize(
    "function",
    [
        "$s11BeaconRelay0B5ShardV6handle_",
        "$s11BeaconRelay0B5ShardV8discover_",
        "$s11BeaconRelay0B5ShardV4stun_",
        "$s11BeaconRelay0B5ShardV4mesh_",
        "$s11BeaconRelay0B5ShardV6passOn",
        "$s11BeaconRelay0B5ShardV7forward",
        "$s10BeaconWire9MeshFrameO5write_",
        "$s15BeaconDirectory0B5TableC4findy",
        "$s15BeaconDirectory0B5TableC8isMembery",
        "$s15BeaconDataPlane9SendBatchV5flush2to",
    ],
)
def test_the_packet_path_calls_nothing_costly(function):
    assert [call for call in calls(function) if COSTLY.search(call)] == []
