"""``vrm client keys``, ``add-key``, ``retire-key``: a client's keys over time."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click

from vrm import clock, companies
from vrm.cli.edge import Command, note, open_house, say, table
from vrm.companies import Client
from vrm.errors import Invalid

_COLUMNS = {"kid": "key", "source": "given by", "added_at": "since", "until": "until", "good": "good"}


@click.command(cls=Command)
@click.argument("client_id")
def keys(client_id: str) -> None:
    """Show a client's keys, and what to do something about."""
    found = open_house().database.read(lambda session: companies.get_client(session, client_id=client_id))
    _show(found)


@click.command(cls=Command, name="add-key")
@click.argument("client_id")
@click.argument("file", type=click.File("rb"))
def add_key(client_id: str, file: Any) -> None:
    """Take one more public key (a JWK in FILE) of a client; those it has stay good."""
    house, given = open_house(), read_jwks(file.read())["keys"]
    if not isinstance(given, list) or len(given) != 1:
        raise Invalid("Give one key.", code="bad_jwks")
    done = house.database.write(
        lambda session: companies.add_client_key(session, client_id=client_id, jwk=given[0], now=clock.now())
    )
    _show(done)


# The name of a key may begin with "-", as one in 64 of those that are thumbprints do.
@click.command(cls=Command, name="retire-key", context_settings={"ignore_unknown_options": True})
@click.argument("client_id")
@click.argument("kid")
@click.option(
    "--days", type=click.IntRange(0, companies.MOST_OVERLAP.days), default=7, show_default=True,
    help="How long it still proves the client; 0 ends it at once.",
)  # fmt: skip
def retire_key(client_id: str, kid: str, days: int) -> None:
    """Let a key of a client go on for some days, then be worth nothing."""
    now = clock.now()

    def write(session: Any) -> Client:
        if days == 0:
            return companies.remove_client_key(session, client_id=client_id, kid=kid, now=now)
        until = now + timedelta(days=days)
        return companies.retire_client_key(session, client_id=client_id, kid=kid, until=until, now=now)

    _show(open_house().database.write(write))


def read_jwks(raw: bytes) -> Mapping[str, object]:
    """A JWK Set from a file, which may hold one key instead, as many tools write it."""
    try:
        document = json.loads(raw)
    except ValueError:
        raise Invalid("The file of keys is not JSON.", code="bad_jwks") from None
    if isinstance(document, dict) and "kty" in document:
        return {"keys": [document]}
    return document if isinstance(document, dict) and "keys" in document else {"keys": None}


def note_warnings(one: Client) -> None:
    """Say on standard error what to do something about."""
    for warning in companies.key_warnings(one, clock.now()):
        if warning.code == "jwks_uri_failing" and warning.at is None:
            note(
                f"The address of the keys does not answer as it should ({one.jwks_failure}); {_instead(one)}"
            )
        else:
            note(
                _WARNINGS[warning.code].format(kid=warning.kid, at=_moment(warning.at), why=one.jwks_failure)
            )
    if one.jwks_skipped:
        counted = ", ".join(f"{count} {_SKIPPED[why]}" for why, count in one.jwks_skipped.items())
        note(
            f"Of the keys at the address, some are passed over: {counted}. We take ES256, PS256 and Ed25519."
        )


def _instead(one: Client) -> str:
    if one.good_keys(clock.now()):
        return "it was never read, and the keys given before serve on."
    if one.jwks_fetched_at is None:
        return "it was never read, so the client cannot prove itself. See that it serves a JWK Set, with status 200."
    return "it was read last more than a day ago, and the keys read there are good no more."


_WARNINGS = {
    "no_key": "No key is good: the client cannot prove itself.",
    "key_ends_soon": "The last key, {kid}, ends at {at}: give the client another.",
    "only_key_ending": "The last key, {kid}, ends at {at}.",
    "key_old": "The key {kid} is in use since {at}: time for another.",
    "jwks_uri_failing": "The address of the keys does not answer as it should ({why}); the keys read there are good until {at}.",
}
_SKIPPED = {
    "use": "not for verifying signatures",
    "algorithm": "of another algorithm",
    "kind": "of another kind",
    "damaged": "damaged",
    "surplus": "more than twenty",
}


def _show(one: Client) -> None:
    now = clock.now()
    rows = [
        {
            "kid": key.kid,
            "source": key.source,
            "added_at": clock.rfc3339(key.added_at),
            "until": _moment(key.until),
            "good": key.is_good(now),
        }
        for key in one.keys
    ]
    warnings = [warning.code for warning in companies.key_warnings(one, now)]
    text = table(rows, _COLUMNS, empty="no key")
    if one.jwks_uri:
        text += f"\n\nread at {one.jwks_uri}, last on {_moment(one.jwks_fetched_at) or '-'}"
    say(
        text,
        client_id=one.id,
        keys=rows,
        jwks_uri=one.jwks_uri,
        jwks_skipped=dict(one.jwks_skipped),
        warnings=warnings,
    )
    note_warnings(one)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else clock.rfc3339(moment)
