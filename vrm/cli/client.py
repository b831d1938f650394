"""``vrm client``: the software of companies."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from joserfc.jwk import ECKey

from vrm import clock, companies
from vrm.cli.company import choose
from vrm.cli.edge import Group, note, open_house, say, table
from vrm.cli.example import example
from vrm.companies import Client, Company
from vrm.errors import Conflict, Invalid

_COLUMNS = {"client_id": "client", "name": "name", "company_id": "company", "state": "state"}


@click.group(cls=Group)
def client() -> None:
    """Register the software with which companies ask and read; suspend and resume it."""


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
@click.option("--name", help="As people will see it; the company's name unless given.")
@click.option("--key-file", type=click.Path(path_type=Path), help="Where to write the private key made here.")
def new(
    company: str, redirect_uris: tuple[str, ...], jwks: Any, name: str | None, key_file: Path | None
) -> None:
    """Register a client.

    It proves itself with a private key; we only ever hold the public one. Best is to make the pair where the
    client runs and to give --jwks. Without it, a pair is made here and its private half written to a file: move
    that file to the client, and leave no copy.
    """
    house = open_house()
    if jwks is not None:
        public, path = _read(jwks.read()), None
    else:
        public, path = _make_pair(key_file)
    try:
        made, owner = house.database.write(
            lambda session: _register(session, company, name, redirect_uris, public)
        )
    except BaseException:
        if path is not None:
            path.unlink()  # of no use to anybody
        raise
    facts = {**_facts(made), "key_file": str(path) if path else None, "issuer": house.settings.issuer}
    words = [f"{made.name} is registered. Its client_id is {made.id}."]
    if owner.state == "suspended":
        words.append("It may ask nobody while the company is suspended.")
    elif owner.state != "approved":
        words.append("It may ask nobody until the company is approved.")
    if path is not None:
        words.append(
            f"Its private key is in {path}. Move it to where the client runs, readable by the client alone."
        )
        words.append("A first ask, to be run there (pip install authlib httpx2):")
        purpose = next(iter(owner.purposes), "dpv:ServiceProvision")
        words.append(example(house.settings.issuer, made, purpose, path))
    say("\n\n".join(words), **facts)
    if path is not None:
        note("Whoever has that file is this client.")


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
    session: Any, company: str, name: str | None, redirect_uris: tuple[str, ...], jwks: Mapping[str, object]
) -> tuple[Client, Company]:
    """The client and its company."""
    owner = choose(session, company)
    made = companies.new_client(
        session,
        company_id=owner.id,
        name=name or owner.legal_name[:100],
        redirect_uris=redirect_uris,
        jwks=jwks,
        now=clock.now(),
    )
    return made, owner


def _read(raw: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(raw)
    except ValueError:
        raise Invalid("The file given with --jwks is not JSON.", code="bad_jwks") from None
    if isinstance(document, dict) and "kty" in document:
        return {"keys": [document]}  # one key, as many tools write it
    return document if isinstance(document, dict) else {}


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
    return {"keys": [pair.as_dict(private=False)]}, path


def _facts(one: Client) -> dict[str, object]:
    return {
        "client_id": one.id,
        "company_id": one.company_id,
        "name": one.name,
        "state": one.state,
        "redirect_uris": list(one.redirect_uris),
        "created_at": clock.rfc3339(one.created_at),
    }
