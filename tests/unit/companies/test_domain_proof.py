"""Proving a domain: the very token, at the very address, published by whoever runs the site."""

import pytest

from tests.support.http import answer, serving
from vrm.companies import DomainNotProved, check_domain, proof_url
from vrm.errors import Unavailable
from vrm.fetch import Fetcher

TOKEN = "vrm-domain-5sFzExampleExampleExampleExample"
PATH = "/.well-known/vrm-domain-proof"


def check(served):
    with serving({PATH: served}) as server:
        check_domain(Fetcher({"acorn.example": server.address}), domain="acorn.example", token=TOKEN)


def test_the_address_is_fixed():
    """Nobody but the site's owner chooses what lies there."""
    assert proof_url("acorn.example") == "https://acorn.example/.well-known/vrm-domain-proof"


@pytest.mark.parametrize(
    "body", [TOKEN, TOKEN + "\n", "vrm-domain-of-another-instance\r\n" + TOKEN + "\r\n", f"  {TOKEN}  "]
)
def test_the_token_on_a_line_proves(body):
    """Other lines, line endings and blanks around do not matter."""
    check(answer(body.encode()))


@pytest.mark.parametrize(
    "body", ["", TOKEN[:-1], TOKEN + "x", TOKEN.lower(), f"<p>{TOKEN}</p>", "x " + TOKEN, "\xff\x00"]
)
def test_anything_else_does_not(body):
    """A page that merely mentions the token, or part of it, is no proof."""
    with pytest.raises(DomainNotProved, match="does not hold the token"):
        check(answer(body.encode("latin-1")))


@pytest.mark.parametrize("status", [201, 302, 404, 500])
def test_only_a_plain_answer_counts(status):
    """A redirect or an error page proves nothing, even with the token in it."""
    with pytest.raises(DomainNotProved, match=str(status)):
        check(answer(TOKEN.encode(), status=status, location="https://evil.example/"))


def test_a_domain_that_leads_inside_is_not_asked():
    """The fetcher refuses what is not public; a company cannot use us to look around."""
    fetcher = Fetcher(resolve=lambda host: ["127.0.0.1"])
    with pytest.raises(Unavailable):
        check_domain(fetcher, domain="inside.example", token=TOKEN)
