"""The pages of a consumer: come in, keep a profile, see and revoke what is allowed, see who read what.

One file for each family of pages, each with its views and ``add_routes``:

* ``front`` the start page. Signing up and in, and the account, are ``vrm.web.coming_in``, as in every office.
* ``home`` what needs the person now; ``profile`` all they keep; ``profile_item`` one value of it.
* ``consents`` what is allowed and was, and ending it; ``consent`` one of them in full.
* ``reads`` who read what; ``verifying`` the proof of one read; ``verify_us`` how outsiders check; ``companies`` those that may ask; ``company`` what anybody can read of one.
* ``desk`` being asked at a desk or on the phone, and blocking companies.
* ``closing`` closing the account.

What several pages need has its own file: ``words`` (labels and sentences), ``readers`` (who can read what now),
``history`` (reads as rows), ``consent_rows``, ``inputs`` (a key of the catalogue as a form).

The page on which a person decides about an ask is the OAuth edge's, because its answer is an OAuth response.
"""

from flask import Blueprint

from vrm.web import coming_in
from vrm.web.portal import (
    closing,
    companies,
    company,
    consent,
    consents,
    desk,
    front,
    home,
    profile,
    profile_item,
    reads,
    verify_us,
    verifying,
)

__all__ = ["routes"]


def routes() -> Blueprint:
    """Every page of the portal."""
    blueprint = Blueprint("portal", __name__)
    coming_in.add_routes(blueprint)
    reading = (reads, verifying, verify_us)
    allowing = (consents, consent, *reading, companies, company, desk)
    families = (front, home, profile, profile_item, *allowing, closing)
    for family in families:
        family.add_routes(blueprint)
    return blueprint
