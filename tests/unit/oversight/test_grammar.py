"""What can be asked for is what an entry can have."""

from datetime import UTC, datetime

import pytest

from tests.unit.oversight.conftest import AGENTS, CLIENTS, CODES, MONDAY, PURPOSES, granted, mixed
from vrm import accesslog
from vrm.errors import Invalid
from vrm.oversight import Filters, members

HALF_A_DAY_AHEAD = "0001-01-01T00:00:00+14:00"


def asked(row):
    """Every condition that finds this row."""
    whole = Filters(
        company=row.company_id, client=row.client_id, purpose=row.purpose, key=next(iter(row.keys), None), type=row.type,
        outcome=row.outcome, code=row.code, thread=row.thread, actor=row.actor, agent=row.agent,
    )  # fmt: skip
    return whole.given()


@pytest.mark.parametrize("event", [*mixed(40), granted(MONDAY)])
def test_whatever_stands_in_an_entry_can_be_asked_for(event):
    """No entry that the log takes has a member that a condition would refuse."""
    row = members.row_of(0, CLIENTS[0], accesslog.prepare(event).entry)
    assert Filters.of(asked(row)).admit(row)


@pytest.mark.parametrize("type", [*accesslog.TYPES, members.UNREADABLE])
def test_every_type_can_be_asked_for(type):
    """That of an entry which cannot be read among them."""
    assert Filters.of({"type": type}).type == type


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", "soon"), ("since", "1969-12-31"), ("until", "9000-01-01"), ("until", HALF_A_DAY_AHEAD),
        ("company", "Nordlicht"), ("client", "x' or 1"), ("client", CLIENTS[0] + "\n"),
        ("thread", "A" * 42), ("thread", "A" * 44), ("thread", "ä" * 43), ("agent", "A" * 17), ("agent", "A b"),
        ("code", "Not a code"), ("code", "a\0b"), ("code", "a" * 65), ("type", "Disclosure"), ("type", "٣"),
        ("key", "email."), ("key", "e-mail"), ("actor", "client2"), ("outcome", "answere"),
        ("outcome", "answered\n"), ("purpose", "Advertising"), ("purpose", "dpv:"),
    ],
)  # fmt: skip
def test_what_no_entry_can_have_is_refused(name, value):
    """With the condition named, a stable code and a sentence that does not repeat what was written."""
    with pytest.raises(Invalid) as refused:
        Filters.of({name: value})
    assert (refused.value.field, refused.value.code) == (name, "invalid")
    assert refused.value.message.endswith(".") and value not in refused.value.message


@pytest.mark.parametrize("until", ["2026-03-02", "2026-03-01T23:59+00:00", "2026-03-02T01:00+01:00"])
def test_a_span_has_a_length(until):
    """It ends later than it begins; the end is what is wrong otherwise."""
    with pytest.raises(Invalid) as refused:
        Filters.of({"since": "2026-03-02", "until": until})
    assert refused.value.field == "until"


def test_times_without_a_zone_are_utc():
    """A date is its first moment."""
    filters = Filters.of({"since": "2026-03-01", "until": "2026-03-01T09:30Z"})
    assert filters == Filters(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 9, 30, tzinfo=UTC))


def test_conditions_made_of_parts_are_held_to_the_same():
    """Whoever puts conditions together has them checked as text would be."""
    Filters(code=CODES[0], purpose=PURPOSES[0], agent=AGENTS[0]).check()
    for wrong in (Filters(code="Not a code"), Filters(MONDAY, MONDAY)):
        with pytest.raises(Invalid):
            wrong.check()
