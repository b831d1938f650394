"""The pages of a consumer: come in, keep a profile, see and revoke what is allowed, see who read what.

One file for each family of pages, each with its views and ``add_routes``:

* ``front`` the start page. Signing up and in, and the account, are ``vrm.web.coming_in``, as in every office.
* ``home`` what needs the person now; ``profile`` all they keep; ``profile_item`` one value of it,
  ``profile_group`` a group of them to fill in, ``versions`` what one was before, ``proposed`` what companies propose.
* ``consents`` what is allowed and was, and ending it; ``many`` pausing and ending many at once; ``consent`` one of them in full, ``changing`` what its person changes of it (``unread``: what was never read); ``receipts`` what was decided, signed, ``checking`` one that somebody shows.
* ``reads`` who read what; ``verifying`` the proof of one read; ``known`` what a company got; ``verify_us`` how outsiders check; ``companies`` those that may ask; ``company`` what anybody can read of one.
* ``desk`` being asked at a desk or on the phone, and blocking companies.
* ``stopping`` ending a consent from a letter, by who has not signed in; ``closing`` closing the account.

What several pages need has its own file: ``words`` (labels and sentences), ``readers`` (who can read what now),
``history`` (reads as rows), ``narrowing`` and ``summed`` (which reads, and their sums), ``listing`` (the list of consents), ``happened`` (what happened lately), ``consent_rows``, ``inputs`` (a key of the catalogue as a form), ``addresses`` (as their country writes them), ``values`` (saving what
was typed), ``reach`` (who can see a key, or learn something of it).

The page on which a person decides about an ask is the OAuth edge's, because its answer is an OAuth response.
"""

from flask import Blueprint

from vrm.web import coming_in
from vrm.web.portal import (
    changing,
    checking,
    closing,
    companies,
    company,
    consent,
    consents,
    desk,
    front,
    home,
    known,
    many,
    notices,
    profile,
    profile_group,
    profile_item,
    proposed,
    reads,
    receipts,
    stopping,
    verify_us,
    verifying,
    versions,
)

__all__ = ["routes"]


def routes() -> Blueprint:
    """Every page of the portal."""
    blueprint = Blueprint("portal", __name__)
    coming_in.add_routes(blueprint)
    reading = (reads, verifying, known, verify_us)
    allowing = (
        consents,
        many,
        consent,
        changing,
        receipts,
        checking,
        *reading,
        companies,
        company,
        desk,
        stopping,
    )
    keeping = (profile, proposed, profile_group, profile_item, versions)
    families = (front, home, *keeping, *allowing, notices, closing)
    for family in families:
        family.add_routes(blueprint)
    return blueprint
