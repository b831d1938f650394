"""Programs to copy: a whole ask with a stock library, filled in for one client, to be run where the client runs.

Text only, so that the command line prints the same as the companies' pages show. Each asks one person, waits for the
address the person was sent back to, and reads what they allowed. ``ask`` is ``authorization_details`` as JSON values.
The texts are ``templates/programs/*.txt``, with places like ``@ISSUER@``.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Ask = Sequence[Mapping[str, Any]]

_FOLDER = Path(__file__).with_name("templates") / "programs"

KEY_FILE = "vrm-client.jwk"
"""Where ``MAKE_PAIR`` leaves the private key."""

KEY_VARIABLE = "CLIENT_KEY_FILE"
"""Names another place for it, in the environment of a program."""

MAKE_PAIR = """\
umask 077 && python3 -c '
import json
from joserfc.jwk import ECKey
key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
json.dump(key.as_dict(private=True), open("vrm-client.jwk", "x"), indent=1)
print(json.dumps({"keys": [key.as_dict(private=False)]}, indent=1))'
"""
"""Makes a pair for ES256: the private key in a file only its owner reads, the public JWK Set on standard output."""


@dataclass(frozen=True)
class Client:
    """What a program must know of the client it runs as, and of this server.

    The private key is read at ``key_file``, or where the program's environment says (``KEY_VARIABLE``).
    A client ``with_secret``, of a sandbox, has no key; its secret stands in no program.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    key_file: str = KEY_FILE
    with_secret: bool = False


def first_ask(purpose: str) -> Ask:
    """One line for 90 days: enough to see whether everything works."""
    line = {"key": "name", "purpose": purpose, "required": True, "why": "To address you"}
    return [{"type": "vrm_profile", "duration_days": 90, "lines": [line]}]


def environment(client: Client) -> str:
    """What a client is configured with, as lines for an environment file."""
    issuer = client.issuer
    values = {
        "VRM_ISSUER": issuer,
        "VRM_METADATA": f"{issuer}/.well-known/oauth-authorization-server",
        "VRM_PAR_ENDPOINT": f"{issuer}/oauth/par",
        "VRM_AUTHORIZATION_ENDPOINT": f"{issuer}/oauth/authorize",
        "VRM_TOKEN_ENDPOINT": f"{issuer}/oauth/token",
        "VRM_INTROSPECTION_ENDPOINT": f"{issuer}/oauth/introspect",
        "VRM_REVOCATION_ENDPOINT": f"{issuer}/oauth/revoke",
        "VRM_GRANT_MANAGEMENT_ENDPOINT": f"{issuer}/oauth/grants",
        "VRM_BACKCHANNEL_AUTHENTICATION_ENDPOINT": f"{issuer}/oauth/backchannel",
        "VRM_USERINFO_ENDPOINT": f"{issuer}/oauth/userinfo",
        "VRM_END_SESSION_ENDPOINT": f"{issuer}/oauth/end-session",
        "VRM_JWKS_URI": f"{issuer}/oauth/jwks",
        "VRM_PROFILE_ENDPOINT": f"{issuer}/v1/profile",
        "VRM_CLIENT_ID": client.client_id,
        "VRM_REDIRECT_URI": client.redirect_uri,
        "VRM_CODE_CHALLENGE_METHOD": "S256",
    }
    if client.with_secret:
        values["VRM_CLIENT_AUTH_METHOD"] = "client_secret_basic"
    else:
        values |= {
            "VRM_CLIENT_AUTH_METHOD": "private_key_jwt",
            "VRM_CLIENT_AUTH_ALG": "ES256",
            "VRM_CLIENT_AUTH_AUDIENCE": issuer,
            "VRM_DPOP_ALG": "ES256",
            KEY_VARIABLE: client.key_file,
        }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def authlib(client: Client, ask: Ask) -> str:
    """For Python: Authlib on httpx (``pip install authlib httpx2``)."""
    return _filled("authlib.py.txt", client, json.dumps, _python(ask))


def with_secret(client: Client, ask: Ask) -> str:
    """For Python and a client with a secret, of a sandbox: Authlib alone, without proofs of any key."""
    return _filled("secret.py.txt", client, json.dumps, _python(ask))


def openid_client(client: Client, ask: Ask) -> str:
    """For Node: openid-client, version 6 (``npm install openid-client@6``)."""
    return _filled("openid_client.mjs.txt", client, json.dumps, json.dumps(ask, indent=2, ensure_ascii=False))


def curl(client: Client, ask: Ask) -> str:
    """For a shell: curl and openssl; Python with joserfc signs."""
    return _filled(
        "curl.sh.txt", client, shlex.quote, shlex.quote(json.dumps(ask, indent=1, ensure_ascii=False))
    )


def _python(ask: Ask) -> str:
    """The ask as a Python literal, one line of it on each line."""
    told = []
    for each in ask:
        told.append("{")
        for name, value in each.items():
            if name != "lines":
                told.append(f"    {_literal(name)}: {_literal(value)},")
        lines = [f"        {_literal(line)}," for line in each["lines"]]
        told += ['    "lines": [', *lines, "    ],", "}"]
    return "[" + "\n".join(told) + "]"


def _literal(value: Any) -> str:
    """A JSON value in Python's words."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_literal(name)}: {_literal(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, bool | None):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def _filled(name: str, client: Client, quote: Callable[[str], str], ask: str) -> str:
    places = {
        "ISSUER": quote(client.issuer),
        "CLIENT_ID": quote(client.client_id),
        "REDIRECT_URI": quote(client.redirect_uri),
        "KEY_FILE": quote(client.key_file),
        "ASK": ask,
    }
    # In one pass, so that nothing that is filled in is filled in itself.
    return re.sub("@([A-Z_]+)@", lambda place: places[place[1]], (_FOLDER / name).read_text())
