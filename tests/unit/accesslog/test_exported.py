"""The short way through an export's lines is the common one, and accepts nothing that the long way would refuse."""

import json

import pytest

from tests.unit.accesslog.test_documentation import WHOLE
from vrm.accesslog.entry import read
from vrm.accesslog.exported import Malformed, find_plain, read_line
from vrm.tlog import canonical, merkle

LINES = WHOLE.splitlines(keepends=True)[1:]
PLAIN = ('{"v":1}', '{"actor":"a","v":1}', '{"keys":["a","b"],"v":1}', '{"revision":0,"v":1}')
ENTRIES = [
    *PLAIN,
    *("", "{}", "[]", "1", '"v":1}', '{"v":1', '{"v":1}}', ' {"v":1}', '{"v":1} ', '{"v":1,}', '{"v":01}', '{"v":1e3}'),
    *('{"v":true}', '{"v":1,"v":1}', '{"actor":"a","actor":"b","v":1}', '{"type":"a","actor":"b","v":1}'),
    *('{"v":1,"zz":2}', '{"aa":2,"v":1}', '{"actor":{"a":1},"v":1}', '{"actor":null,"v":1}', '{"revision":-1,"v":1}'),
    *('{"revision":00,"v":1}', '{"revision":9007199254740993,"v":1}', '{"keys":[],"v":1}', '{"keys":["a",],"v":1}'),
    *('{"keys":["a" ,"b"],"v":1}', '{"actor":"a"b","v":1}', '{"actor":"a\\"b","v":1}', '{"actor":"a\\\\","v":1}'),
    *('{"actor":"a\\\\b","v":1}', '{"actor":"a\\u0062","v":1}', '{"actor":"a\tb","v":1}', '{"actor":"a\\tb","v":1}'),
    *('{"actor":"é","v":1}', '{"actor":"\\u00e9","v":1}', '{"actor":"a\x7f","v":1}', '{"actor":"a\\/b","v":1}'),
]  # fmt: skip


def line(entry: str, spelled: str | None = None) -> bytes:
    """The line of leaf 0, with the entry's own hash; ``spelled`` is what stands in the string if not as it should."""
    leaf_hash = canonical.b64(merkle.leaf_hash(entry.encode()))
    inside = canonical.dump(entry) if spelled is None else f'"{spelled}"'.encode()
    return b'{"entry":%b,"index":0,"leaf_hash":"%b"}\n' % (inside, leaf_hash.encode())


def test_what_is_written_goes_the_short_way():
    """One entry of each type that there is: its line is plain, in its own place and in no other."""
    for index, raw in enumerate(LINES):
        assert find_plain(raw, index) == canonical.unb64(json.loads(raw)["leaf_hash"])
        assert find_plain(raw, index + 1) is None


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_entry_but_a_canonical_object_goes_it(entry: str):
    """Whatever is logged and honestly hashed: an entry that is not canonical JSON is left to whoever has words for it."""
    try:
        read(entry.encode())
        good = True
    except ValueError:
        good = False
    taken = find_plain(line(entry), 0) is not None
    assert good or not taken
    assert taken == (entry in PLAIN)
    for spelled in (entry, entry.replace('"', "\\u0022")):
        careless = line(entry, spelled)
        assert find_plain(careless, 0) is None or careless == line(entry)


def test_no_byte_of_a_line_is_free():
    """Each byte of a line, changed to any that means something to a reader of JSON: not plain, and told by its words."""
    raw = LINES[0]
    for at in range(len(raw)):
        for other in b'\x00\n "\\,:[]{}/019aAe=\x7f\xc3\xff':
            lie = raw[:at] + bytes([other]) + raw[at + 1 :]
            if lie == raw:
                continue
            assert find_plain(lie, 0) is None, f"byte {at}: {lie!r}"
    with pytest.raises(Malformed, match="not canonical JSON"):
        read_line(raw.replace(b'"entry":', b'"entry": '), "all")
