"""What pages say of an entry covers what an entry can say."""

from vrm import accesslog, oversight
from vrm.accesslog.types import ACTORS, MEMBERS
from vrm.web.api.audit import _ROUTES
from vrm.web.audit import codes, filters, summaries, words


def test_every_type_has_its_summary():
    """The sentence of each type of event stands in the list that is translated, word for word; none is left over."""
    assert {kind.summary for kind in accesslog.TYPES.values()} == set(summaries.SUMMARIES)


def test_every_member_and_filter_has_words():
    """Whatever an entry may hold is explained, and whatever one can narrow by has a name."""
    assert set(words.MEMBERS) == MEMBERS | {"v", "type", "time", "actor", "thread", "detail"}
    assert tuple(words.FILTERS) == filters.NAMES
    assert set(words.ANOMALIES) == set(oversight.KINDS)
    assert set(codes.ACTIONS) == set(accesslog.TYPES)
    assert set(words.ACTORS) == ACTORS


def test_every_code_has_words():
    """Each that this version writes is explained for its type, every look by a program among them."""
    assert set(oversight.CODES) <= set(accesslog.TYPES)
    for type, known in oversight.CODES.items():
        assert [code for code in known if not codes.meaning(type, code)] == [], type
    assert {f"api_{what}" for _, _, what, _ in _ROUTES} <= set(oversight.CODES[oversight.LOOK])


def test_what_the_company_was_told():
    """Where a company may not know why, the page says what it was told."""
    assert codes.told("disclosure", "revoked") == "consent_ended"
    assert codes.told("disclosure", "keys_not_permitted") == codes.told("company.changed", "owner") == ""
