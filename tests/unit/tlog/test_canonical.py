"""One spelling for every value, and readers that take no other."""

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from vrm.tlog import canonical

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e9, 1e9)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example({"\U0001f600": 1, "\ufb33": 2})
@example(['\x7f\x00\u2028"\\/', True, 1, [], {}])
def test_the_fast_way_and_the_standards_way_agree(value):
    """Whatever is written, the bytes are those of RFC 8785, and they read back to themselves."""
    text = canonical.dump(value)
    assert text == rfc8785.dumps(value)
    assert canonical.dump(canonical.load(text)) == text


@given(st.binary(max_size=60))
def test_readers_raise_value_error_only(raw):
    """Whatever comes in, the reader gives a value with one spelling, or ValueError."""
    for text in (raw, b'{"a":' + raw + b"}", b"[" * 5000 + raw):
        try:
            value = canonical.load(text)
        except ValueError:
            continue
        assert canonical.dump(value) == text


@pytest.mark.parametrize(
    "value", [float("nan"), 2**53, -(2**53), {1: 1}, {"a": object()}, "\ud800", {"\ud800": 1}]
)
def test_what_has_no_spelling_is_refused(value):
    """Values outside JSON as RFC 8785 has it raise ValueError."""
    for nested in (value, [value], {"a": value}):
        with pytest.raises(ValueError, match="canonical"):
            canonical.dump(nested)


@given(st.binary(max_size=40))
def test_base64_there_and_back(data):
    """Both alphabets give what went in, and the strict reader takes its own spelling."""
    assert canonical.unb64(canonical.b64(data), len(data)) == data
    assert "=" not in canonical.b64url(data)


@pytest.mark.parametrize("text", ["A", "AA", "AA=", "AB==", "AA==\n", " AA==", "A-==", "AA===", "é"])
def test_other_base64_is_refused(text):
    """Missing padding, spare bits, spaces and other alphabets are not base64 here."""
    with pytest.raises(ValueError, match="base64"):
        canonical.unb64(text)
