"""People are told from machines by what the head of a letter says."""

import pytest

from tests.unit.mailroom.conftest import ADDRESS, text
from vrm.mailroom.writers import is_by_a_person

OURS = frozenset({"vrm@vrm.example", ADDRESS})
MIA = "mia@example.org"


def by_a_person(content: bytes, sender: str = MIA) -> bool:
    return is_by_a_person(content, sender=sender, ours=OURS)


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({"Auto_Submitted": "auto-replied"}, MIA),
        ({"Auto_Submitted": "auto-generated; owner-email=mia@example.org"}, MIA),
        ({"Auto_Submitted": "something-new"}, MIA),
        ({"Precedence": "Bulk"}, MIA),
        ({"Precedence": "junk"}, MIA),
        ({"Precedence": "list"}, MIA),
        ({"List_Id": "<all.example.org>"}, MIA),
        ({"List_Unsubscribe": "<mailto:x@example.org>"}, MIA),
        ({"X_Autoreply": "yes"}, MIA),
        ({"X_Autorespond": "out of office"}, MIA),
        ({"From": "VRM <VRM@vrm.example>"}, MIA),
        ({"From": f"<{ADDRESS}>"}, MIA),
        ({}, "VRM@vrm.example"),
        ({}, ""),
        ({}, "<>"),
    ],
    ids=str,
)
def test_machines_say_that_they_are(headers: dict[str, str], sender: str):
    """RFC 3834, lists, bulk mail, older marks, reports, and letters of our own."""
    assert not by_a_person(text(**headers), sender)


@pytest.mark.parametrize("kind", ["delivery-status", "disposition-notification"])
def test_reports_are_machines(kind: str):
    """That a letter was not delivered, or that it was read, is no wish of anybody (RFC 6522)."""
    head = f'From: mailer@example.org\r\nContent-Type: Multipart/Report; report-type={kind}; boundary="x"\r\n\r\n'
    assert not by_a_person(head.encode())


@pytest.mark.parametrize(
    "content",
    [
        text(),
        text(Auto_Submitted="no"),
        text(Auto_Submitted="No (a person)", Precedence="first-class"),
        b"stop\r\n",
        b"",
        b"From: \xff\xfe <m\xe9@x>\r\nPrecedence: \x80\r\n\r\nstop",
        b"Subject: x\r\n\r\nAuto-Submitted: auto-replied\r\n",
    ],
    ids=repr,
)
def test_who_says_nothing_is_a_person(content: bytes):
    """``Auto-Submitted: no``, no head at all, one that cannot be read: only what stands in a head makes a machine."""
    assert by_a_person(content)
