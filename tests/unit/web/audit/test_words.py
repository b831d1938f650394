"""What pages say of an entry covers what an entry can say."""

from vrm import accesslog, oversight
from vrm.accesslog.types import MEMBERS
from vrm.web.audit import filters, words


def test_every_type_has_its_summary():
    """The sentence of each type of event stands in the list that is translated, word for word; none is left over."""
    assert {kind.summary for kind in accesslog.TYPES.values()} == set(words.SUMMARIES)


def test_every_member_and_filter_has_words():
    """Whatever an entry may hold is explained, and whatever one can narrow by has a name."""
    assert set(words.MEMBERS) == MEMBERS | {"v", "type", "time", "actor", "thread", "detail"}
    assert tuple(words.FILTERS) == filters.NAMES
    assert set(words.ANOMALIES) == set(oversight.KINDS)
