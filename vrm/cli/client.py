"""``vrm client``: the software of companies."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from joserfc.jwk import ECKey

from vrm import clock, companies
from vrm.cli.client_keys import add_key, keys, note_warnings, read_jwks, retire_key
from vrm.cli.client_sign_in import sign_in
from vrm.cli.edge import Group, note, open_house, say, table
from vrm.cli.naming import choose
from vrm.companies import Client, Company
from vrm.errors import Conflict, Invalid
from vrm.ids import new_secret
from vrm.web import programs

_ALL_BUT_ONE = 3
_COLUMNS = {"client_id": "client", "name": "name", "company_id": "company", "state": "state"}


@click.group(cls=Group)
def client() -> None:
    """Register the software with which companies ask and read; suspend and resume it."""


for command in (keys, add_key, retire_key, sign_in):
    client.add_command(command)


@client.command()
@click.option("--company", required=True, help="Id or domain of the company.")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    required=True,
    multiple=True,
    help="Where answers go; may be given several times.",
)
@click.option(
    "--jwks",
    type=click.File("rb"),
    help="The client's public keys (a JWK Set). Without it, a pair is made here.",
)
@click.option("--jwks-uri", help="Where the client publishes its keys, at the company's proved domain.")
@click.option(
    "--secret", "with_secret", is_flag=True, help="Make a secret instead of keys; in a sandbox only."
)
@click.option(
    "--scope-purpose", help="What scopes of OpenID Connect are for; the company's only purpose unless given."
)
@click.option("--name", help="As people will see it; the company's name unless given.")
@click.option("--key-file", type=click.Path(path_type=Path), help="Where to write the private key made here.")
def new(
    company: str, redirect_uris: tuple[str, ...], jwks: Any, jwks_uri: str | None, with_secret: bool,
    scope_purpose: str | None, name: str | None, key_file: Path | None,
) -> None:  # fmt: skip
    """Register a client, and print a program with which it asks for the first time.

    It proves itself with a private key; we only ever hold the public one. Best is to make the pair where the
    client runs and to give --jwks, or --jwks-uri, where keys can change at any time. Without either, a pair is
    made here and its private half written to a file: move that file to the client, and leave no copy.

    In a sandbox it may have a --secret instead, with which any OAuth library can start. It is shown this once.
    """
    house = open_house()
    if [jwks, jwks_uri, key_file, with_secret or None].count(None) < _ALL_BUT_ONE:
        raise click.UsageError("Give one of --jwks, --jwks-uri, --key-file and --secret.")
    path, secret = None, None
    if with_secret:
        if not house.settings.sandbox:
            raise Invalid(
                "Only a sandbox has clients with a secret. Here a client proves itself with a key: leave out --secret.",
                field="secret",
            )
        secret = new_secret("vrm_cs_")
        given: dict[str, Any] = {"secret": secret}
    elif jwks_uri is not None:
        given = {"jwks_uri": jwks_uri, "loopback": house.settings.sandbox}
    elif jwks is not None:
        given = {"jwks": read_jwks(jwks.read())}
    else:
        public, path = _make_pair(key_file)
        given = {"jwks": public}
    try:
        made, owner = house.database.write(
            lambda session: _register(
                session, company, name, redirect_uris, {**given, "scope_purpose": scope_purpose}
            )
        )
    except BaseException:
        if path is not None:
            path.unlink()  # of no use to anybody
        raise
    if made.jwks_uri:
        now = clock.now()
        made = companies.refresh_jwks(house.database, house.fetcher, client_id=made.id, now=now)
    facts = {**_facts(made), "key_file": str(path) if path else None, "issuer": house.settings.issuer}
    if secret is not None:
        facts["client_secret"] = secret
    say("\n\n".join(_words(house.settings.issuer, made, owner, path, secret)), **facts)
    if path is not None:
        note("Whoever has that file is this client.")
    if secret is not None:
        note("Whoever has that secret is this client. It is shown this once: we keep only its hash.")
    note_warnings(made)


@client.command(name="list")
@click.option("--company", help="Only those of this company (id or domain).")
def list_(company: str | None) -> None:
    """List clients, the oldest first."""
    found = open_house().database.read(
        lambda session: companies.list_clients(
            session, company_id=choose(session, company).id if company else None
        )
    )
    rows = [_facts(one) for one in found]
    say(table(rows, _COLUMNS, empty="no client; see: vrm client new --help"), clients=rows)


@client.command()
@click.argument("client_id")
def suspend(client_id: str) -> None:
    """Stop one client at once: it can neither ask nor read."""
    done = open_house().database.write(
        lambda session: companies.suspend_client(session, client_id=client_id, now=clock.now())
    )
    say(f"{done.name} is suspended.", **_facts(done))


@client.command()
@click.argument("client_id")
def resume(client_id: str) -> None:
    """Lift a client's suspension."""
    done = open_house().database.write(
        lambda session: companies.resume_client(session, client_id=client_id, now=clock.now())
    )
    say(f"{done.name} is active again.", **_facts(done))


def _register(
    session: Any, company: str, name: str | None, redirect_uris: tuple[str, ...], given: Mapping[str, Any]
) -> tuple[Client, Company]:
    """The client and its company."""
    owner = choose(session, company)
    made = companies.new_client(
        session,
        company_id=owner.id,
        name=name or owner.legal_name[:100],
        redirect_uris=redirect_uris,
        now=clock.now(),
        **given,
    )
    return made, owner


def _words(issuer: str, made: Client, owner: Company, path: Path | None, secret: str | None) -> Iterator[str]:
    """What was made and, last, how to ask with it."""
    yield f"{made.name} is registered. Its client_id is {made.id}."
    if owner.state == "suspended":
        yield "It may ask nobody while the company is suspended."
    elif owner.state != "approved":
        yield "It may ask nobody until the company is approved."
    if path is not None:
        yield (
            f"Its private key is in {path}. Move it to where the client runs, readable by the client alone, and say "
            f"there where it is:\n\n  export {programs.KEY_VARIABLE}=…"
        )
    elif secret is not None:
        yield f"Its secret, for the client alone:\n\n  export CLIENT_SECRET={secret}"
    else:
        yield (
            f"The program below reads the private key where {programs.KEY_VARIABLE} says, or else in "
            f"{programs.KEY_FILE} in the folder it is run from; it signs with ES256."
        )
    yield f"Keep secret: {_secret_things(secret is not None)}. The client_id and the program may be seen by anybody."
    asker = programs.Client(
        issuer, made.id, made.redirect_uris[0], str(path or programs.KEY_FILE), made.has_secret
    )
    ask = programs.first_ask(next(iter(owner.purposes), "dpv:ServiceProvision"))
    yield "A first ask, to be run there (pip install authlib httpx2):"
    yield programs.with_secret(asker, ask) if made.has_secret else programs.authlib(asker, ask)


def _secret_things(by_secret: bool) -> str:
    return f"{'the secret' if by_secret else 'the private key'}, and the tokens that the client gets with it"


def _make_pair(path: Path | None) -> tuple[Mapping[str, object], Path]:
    """A new ES256 pair: the public set, and the file that holds the private key and nobody else can read."""
    kid = secrets.token_urlsafe(9)
    pair = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    path = (path or Path(f"vrm-client-{kid}.jwk")).absolute()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(pair.as_dict(private=True), file, indent=1)
    except FileExistsError:
        raise Conflict(f"{path} exists; give another --key-file", code="exists") from None
    except OSError as fault:
        raise Invalid(
            f"cannot write {path}: {fault.strerror}; give another --key-file", field="key_file"
        ) from None
    return {"keys": [pair.as_dict(private=False)]}, path


def _facts(one: Client) -> dict[str, object]:
    return {
        "client_id": one.id,
        "company_id": one.company_id,
        "name": one.name,
        "state": one.state,
        "suspended_by": one.suspended_by,
        "has_secret": one.has_secret,
        "jwks_uri": one.jwks_uri,
        "redirect_uris": list(one.redirect_uris),
        "post_logout_redirect_uris": list(one.post_logout_redirect_uris),
        "scope_purpose": one.scope_purpose,
        "created_at": clock.rfc3339(one.created_at),
    }
