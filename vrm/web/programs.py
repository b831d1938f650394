"""Programs to copy: a whole ask with a stock library, filled in for one client, to be run where the client runs.

Text only, so that the command line prints the same as the companies' pages show. Each asks one person, waits for the
address the person was sent back to, and reads what they allowed. ``ask`` is ``authorization_details`` as JSON values.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Ask = Sequence[Mapping[str, Any]]

KEY_FILE = "vrm-client.jwk"
"""Where ``MAKE_PAIR`` leaves the private key."""

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
    """What a program must know of the client it runs as, and of this server."""

    issuer: str
    client_id: str
    redirect_uri: str
    key_file: str = KEY_FILE


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
        "VRM_PROFILE_ENDPOINT": f"{issuer}/v1/profile",
        "VRM_CLIENT_ID": client.client_id,
        "VRM_REDIRECT_URI": client.redirect_uri,
        "VRM_CLIENT_AUTH_METHOD": "private_key_jwt",
        "VRM_CLIENT_AUTH_ALG": "ES256",
        "VRM_CODE_CHALLENGE_METHOD": "S256",
        "VRM_KEY_FILE": client.key_file,
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def authlib(client: Client, ask: Ask) -> str:
    """For Python: Authlib on httpx (``pip install authlib httpx2``)."""
    return _filled(_AUTHLIB, client, json.dumps, _python(ask))


def openid_client(client: Client, ask: Ask) -> str:
    """For Node: openid-client, version 6 (``npm install openid-client@6``)."""
    return _filled(_NODE, client, json.dumps, json.dumps(ask, indent=2, ensure_ascii=False))


def curl(client: Client, ask: Ask) -> str:
    """For a shell: curl and openssl; Python with joserfc signs."""
    return _filled(_CURL, client, shlex.quote, shlex.quote(json.dumps(ask, indent=1, ensure_ascii=False)))


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


def _filled(program: str, client: Client, quote: Callable[[str], str], ask: str) -> str:
    places = {
        "ISSUER": quote(client.issuer),
        "CLIENT_ID": quote(client.client_id),
        "REDIRECT_URI": quote(client.redirect_uri),
        "KEY_FILE": quote(client.key_file),
        "ASK": ask,
    }
    # In one pass, so that nothing that is filled in is filled in itself.
    return re.sub("@([A-Z_]+)@", lambda place: places[place[1]], program)


_AUTHLIB = """\
import json
from urllib.parse import parse_qsl, urlencode, urlsplit
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

issuer = @ISSUER@
with open(@KEY_FILE@) as file:
    key = ECKey.import_key(json.load(file))
proof = PrivateKeyJWT(issuer + "/oauth/token", alg="ES256", headers={"kid": key.kid})
client = OAuth2Client(
    @CLIENT_ID@, key, redirect_uri=@REDIRECT_URI@,
    token_endpoint_auth_method=proof, code_challenge_method="S256",
)
ask = @ASK@
verifier = generate_token(48)
whole, state = client.create_authorization_url(
    issuer + "/oauth/authorize", code_verifier=verifier, authorization_details=json.dumps(ask)
)
pushed = client.post(
    issuer + "/oauth/par", data=dict(parse_qsl(urlsplit(whole).query)), auth=client.client_auth(proof)
).json()
if "request_uri" not in pushed:
    raise SystemExit(pushed)
short = {"client_id": client.client_id, "request_uri": pushed["request_uri"]}
print("Open within 90 seconds:", issuer + "/oauth/authorize?" + urlencode(short))
answer = input("Paste the address you were sent to: ")
if dict(parse_qsl(urlsplit(answer).query)).get("iss") != issuer:
    raise SystemExit("This answer is not from " + issuer)
client.fetch_token(
    issuer + "/oauth/token", authorization_response=answer, state=state, code_verifier=verifier
)
print(client.get(issuer + "/v1/profile").json())
"""

_NODE = """\
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import * as oauth from 'openid-client'

const issuer = new URL(@ISSUER@)
const jwk = JSON.parse(await readFile(@KEY_FILE@, 'utf8'))
const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
const config = await oauth.discovery(
  issuer, @CLIENT_ID@, undefined, oauth.PrivateKeyJwt({ key, kid: jwk.kid }),
  // Without encryption only on this machine, in development.
  { algorithm: 'oauth2', execute: issuer.protocol === 'http:' ? [oauth.allowInsecureRequests] : [] },
)
const ask = @ASK@
const verifier = oauth.randomPKCECodeVerifier()
const state = oauth.randomState()
const address = await oauth.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: @REDIRECT_URI@,
  authorization_details: JSON.stringify(ask),
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
})
const terminal = createInterface({ input: process.stdin, output: process.stdout })
console.log('Open within 90 seconds:', address.href)
const answer = await terminal.question('Paste the address you were sent to: ')
terminal.close()
const tokens = await oauth.authorizationCodeGrant(config, new URL(answer.trim()), {
  pkceCodeVerifier: verifier,
  expectedState: state,
})
const profile = await oauth.fetchProtectedResource(
  config, tokens.access_token, new URL('/v1/profile', issuer), 'GET',
)
console.log(await profile.json())
"""

_CURL = """\
#!/bin/sh
set -eu
issuer=@ISSUER@
client_id=@CLIENT_ID@
redirect_uri=@REDIRECT_URI@
key_file=@KEY_FILE@
kind=urn:ietf:params:oauth:client-assertion-type:jwt-bearer

# RFC 7523, section 2.2: a JWT signed with the client's key, a new one for each request.
assertion() {
  python3 - "$key_file" "$client_id" "$issuer" <<'END'
import json, secrets, sys, time
from joserfc import jwt
from joserfc.jwk import ECKey
key_file, client_id, issuer = sys.argv[1:]
key, now = ECKey.import_key(json.load(open(key_file))), int(time.time())
claims = {"iss": client_id, "sub": client_id, "aud": issuer, "iat": now, "exp": now + 60}
print(jwt.encode({"alg": "ES256", "kid": key.kid}, {**claims, "jti": secrets.token_hex(16)}, key))
END
}
member() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
answered() { python3 -c 'import sys, urllib.parse as u
print(dict(u.parse_qsl(u.urlsplit(sys.argv[1]).query)).get(sys.argv[2], ""))' "$answer" "$1"; }

ask=@ASK@
verifier=$(openssl rand -hex 32)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')
state=$(openssl rand -hex 16)

request_uri=$(curl -sS --fail-with-body "$issuer/oauth/par" \\
  -d response_type=code -d "client_id=$client_id" --data-urlencode "redirect_uri=$redirect_uri" \\
  -d "state=$state" -d "code_challenge=$challenge" -d code_challenge_method=S256 \\
  --data-urlencode "authorization_details=$ask" \\
  -d "client_assertion_type=$kind" -d "client_assertion=$(assertion)" | member request_uri)

echo "Open within 90 seconds: $issuer/oauth/authorize?client_id=$client_id&request_uri=$request_uri"
printf 'Paste the address you were sent to: '
read -r answer
[ "$(answered state)" = "$state" ] && [ "$(answered iss)" = "$issuer" ] || { echo 'Not the answer to this.'; exit 1; }

token=$(curl -sS --fail-with-body "$issuer/oauth/token" \\
  -d grant_type=authorization_code --data-urlencode "code=$(answered code)" \\
  --data-urlencode "redirect_uri=$redirect_uri" -d "code_verifier=$verifier" \\
  -d "client_assertion_type=$kind" -d "client_assertion=$(assertion)" | member access_token)

curl -sS --fail-with-body "$issuer/v1/profile" -H "Authorization: Bearer $token"
"""
