"""A registered client as Authlib asks about it."""

from authlib.oauth2.rfc6749 import ClientMixin

from vrm.companies import Asker


class Client(ClientMixin):  # type: ignore[misc]
    """Confidential, authenticated by private_key_jwt, exact redirect URIs; it has no secret and no scopes."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker
        self.client_id = asker.client.id

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: a request must name the address it returns to (FAPI 2.0, section 5.3.2.2)."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """There are no scopes: what is asked for stands in ``authorization_details``. None refuses."""
        return None if scope else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """RFC 9700, section 2.1: exact, but for the port of a loopback address."""
        return self.asker.client.accepts_redirect(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "private_key_jwt"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in {"authorization_code", "refresh_token", "client_credentials"}
