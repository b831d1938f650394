"""Mail addresses: one form, and nothing that is more than an address."""

import pytest

from vrm.errors import Invalid
from vrm.work import parse_address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@example.org", "anna@example.org"),
        ("  Anna.B@Example.ORG ", "Anna.B@example.org"),
        ("jo\u0308rg@b\u00fccher.example", "j\u00f6rg@b\u00fccher.example"),
        ("jorg@xn--bcher-kva.example", "jorg@b\u00fccher.example"),
        ("anna+shop@example.test", "anna+shop@example.test"),
    ],
)
def test_keeps_one_form(typed, kept):
    """Case of the domain, composition of letters and punycode do not make another address."""
    assert parse_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@localhost",
        "anna@[127.0.0.1]",
        "anna@exa mple.org",
        "Anna <anna@example.org>",
        "a@example.org, b@example.org",
        "anna@example.org\r\nBcc: eve@example.org",
        "an\0na@example.org",
        "a" * 65 + "@example.org",
        "anna@" + "a" * 64 + ".org",
    ],
)
def test_refuses_what_is_more_or_less_and_does_not_repeat_it(typed):
    """The message says what to write, and never what was written."""
    with pytest.raises(Invalid) as refusal:
        parse_address(typed)
    assert refusal.value.message == "Write an e-mail address like name@example.org."
