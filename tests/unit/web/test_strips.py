"""The drawings of reads, and the description of the machine routes."""

from datetime import timedelta

from tests.support.examples import API, NOW, READS
from vrm.web import reference
from vrm.web.strips import axis, strips


def test_strips_put_each_read_in_its_place():
    """A read at the start stands at 0, one now at the end; other times are left out; the busiest is first."""
    start = NOW - timedelta(days=10)
    found = strips(READS, start=start, end=NOW)
    assert [strip.company for strip in found] == ["Lumen Mobil", "Kavanagh Insurance", "Nordlicht Versand"]
    assert found[0].reads == [80.0]
    assert len(found[0].refusals) == 2
    assert strips(READS, start=NOW - timedelta(hours=2), end=NOW)[0].reads == [20.0]


def test_the_axis_ends_now(app):
    """Marks run from 0 to 100."""
    with app.test_request_context("/"):
        marks = axis(start=NOW - timedelta(days=30), end=NOW)
    assert [mark.percent for mark in marks] == [0, 33, 67, 100]


def test_references_are_followed():
    """An operation has its parameters, its needs and its answers, behind references too."""
    operation = reference.read(API)["groups"][0]["operations"][0]
    assert (operation["method"], operation["path"]) == ("GET", "/v1/profile")
    assert [answer["text"] for answer in operation["answers"]] == ["The values.", "Refused, with a code."]
    assert "Mia Tran" in operation["answers"][0]["example"]
