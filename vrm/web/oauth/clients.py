"""A registered client as Authlib asks about it."""

from authlib.oauth2.rfc6749 import ClientMixin

from vrm.companies import Asker

ASSERTION = "private_key_jwt"
SECRETS = ("client_secret_basic", "client_secret_post")
BACKCHANNEL = "urn:openid:params:grant-type:ciba"
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials", BACKCHANNEL)


def auth_methods(*, sandbox: bool) -> list[str]:
    """How clients prove themselves: by a key (FAPI 2.0, section 5.3.2.1); in a sandbox by a secret as well."""
    return [ASSERTION, *SECRETS] if sandbox else [ASSERTION]


class Client(ClientMixin):  # type: ignore[misc]
    """Confidential, with exact redirect URIs.

    One with keys follows the FAPI 2.0 Security Profile. One with a secret (``is_simple``) exists in a sandbox only:
    it may leave out pushing its request and binding its tokens, so that any library can start there.
    """

    def __init__(self, asker: Asker, *, sandbox: bool) -> None:
        self.asker = asker
        self.client_id = asker.client.id
        self.is_simple = sandbox and asker.client.has_secret

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: a request must name the address it returns to (FAPI 2.0, section 5.3.2.2)."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """The scope itself: ``check_ask`` and the grants say which there are, and why one is refused."""
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """RFC 9700, section 2.1: exact, but for the port of a loopback address."""
        return self.asker.client.accepts_redirect(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is the secret of a client that has one."""
        return self.is_simple and self.asker.client.is_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """One kind of proof for each client: nobody gets by with the weaker one."""
        return method in SECRETS if self.is_simple else method == ASSERTION

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES
