"""Proving a web domain: the company publishes a token where only whoever runs the domain's site can put it.

    https://shop.example/.well-known/vrm-domain-proof      holds, on a line of its own,
    vrm-domain-5sFz…

The file may hold other lines, so that one domain can answer several instances of this service. Redirects are not
followed: a site that redirects anything anywhere would otherwise prove itself to whoever asks.

KNOWN GAP: a domain is proved once. That it changed hands later is not noticed here.
"""

import hmac

from vrm.companies.errors import DomainNotProved
from vrm.fetch import Fetcher

WELL_KNOWN = "/.well-known/vrm-domain-proof"


def proof_url(domain: str) -> str:
    """Where the token must be."""
    return f"https://{domain}{WELL_KNOWN}"


def check_domain(fetcher: Fetcher, *, domain: str, token: str) -> None:
    """Read the file and look for the token. No transaction may be open: it waits for a stranger's server.

    Returns when it is there, and raises ``DomainNotProved`` saying what was found instead, or the fetcher's
    ``FetchFailed``.
    """
    url = proof_url(domain)
    found = fetcher.get(url, limit=4096, accept="text/plain, */*;q=0.1")
    if found.status != 200:
        raise DomainNotProved(
            "%(url)s answered with status %(status)s; it must be 200, without a redirect.",
            url=url,
            status=found.status,
        )
    if not any(hmac.compare_digest(line.strip(), token.encode()) for line in found.body.splitlines()):
        raise DomainNotProved("%(url)s does not hold the token on a line of its own.", url=url)
