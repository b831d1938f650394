"""A first ask with a stock OAuth library, filled in for one client."""

import json
from pathlib import Path

from vrm.companies import Client

_PROGRAM = """\
import json
from urllib.parse import parse_qsl, urlencode, urlsplit
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

issuer = {issuer}
with open({key_file}) as file:
    key = ECKey.import_key(json.load(file))
proof = PrivateKeyJWT(issuer + "/oauth/token", alg="ES256", headers={{"kid": key.kid}})
client = OAuth2Client(
    {client_id}, key, redirect_uri={redirect_uri},
    token_endpoint_auth_method=proof, code_challenge_method="S256",
)
ask = [{{
    "type": "vrm_profile", "duration_days": 90, "retention_days": 30,
    "lines": [{{"key": "given_name", "purpose": {purpose}, "required": True, "why": "To address you"}}],
}}]
verifier = generate_token(48)
whole, state = client.create_authorization_url(
    issuer + "/oauth/authorize", code_verifier=verifier, authorization_details=json.dumps(ask)
)
pushed = client.post(
    issuer + "/oauth/par", data=dict(parse_qsl(urlsplit(whole).query)), auth=client.client_auth(proof)
).json()
if "request_uri" not in pushed:
    raise SystemExit(pushed)
short = {{"client_id": client.client_id, "request_uri": pushed["request_uri"]}}
print("Open within 90 seconds:", issuer + "/oauth/authorize?" + urlencode(short))
answer = input("Paste the address you were sent to: ")
client.fetch_token(
    issuer + "/oauth/token", authorization_response=answer, state=state, code_verifier=verifier
)
print(client.get(issuer + "/v1/profile").json())
"""


def example(issuer: str, client: Client, purpose: str, key_file: Path) -> str:
    """A short program that asks one person for one line and reads it."""
    filled = {
        "issuer": issuer,
        "client_id": client.id,
        "redirect_uri": client.redirect_uris[0],
        "purpose": purpose,
        "key_file": str(key_file),
    }
    return _PROGRAM.format_map({name: json.dumps(text) for name, text in filled.items()})
