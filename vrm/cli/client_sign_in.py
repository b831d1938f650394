"""``vrm client sign-in``: what a client's scopes of OpenID Connect are for, and where people go after signing out."""

import click

from vrm import clock, companies
from vrm.cli.edge import Command, open_house, say


@click.command(name="sign-in", cls=Command)
@click.argument("client_id")
@click.option("--scope-purpose", help='What scopes are for; "" for the only purpose the company has.')
@click.option(
    "--post-logout-redirect-uri",
    "uris",
    multiple=True,
    help="Where people may go after signing out; replaces what was there; may be given several times.",
)
def sign_in(client_id: str, scope_purpose: str | None, uris: tuple[str, ...]) -> None:
    """Say what the scopes of a client are for, and where people may go after signing out."""
    if scope_purpose is None and not uris:
        raise click.UsageError("Give --scope-purpose or --post-logout-redirect-uri.")
    done = open_house().database.write(
        lambda session: companies.change_client(
            session,
            client_id=client_id,
            scope_purpose=scope_purpose,
            post_logout_redirect_uris=uris or None,
            now=clock.now(),
        )
    )
    say(
        f"{done.name} is changed.",
        client_id=done.id,
        scope_purpose=done.scope_purpose,
        post_logout_redirect_uris=list(done.post_logout_redirect_uris),
    )
