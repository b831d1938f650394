"""What a request does with a grant (Grant Management for OAuth 2.0, draft 03, section 5): make one, or change one.

A grant is a consent, and ``grant_id`` its id. A request that says nothing makes a new one, as ``create`` does, but for a
sign-in with nothing to decide (``recognised``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError

from vrm import clock, consents
from vrm.companies import Asker
from vrm.ids import is_id
from vrm.web.oauth.transaction import current_session

CREATE, MERGE, REPLACE = ACTIONS = ("create", "merge", "replace")


class InvalidGrantId(OAuth2Error):  # type: ignore[misc]
    """Draft 03, section 5.3. One description for all: whose a grant is, or was, nobody learns from it."""

    error = "invalid_grant_id"
    description = (
        "grant_id names no consent of this person that this client holds and may read under. Leave it out to ask for "
        "a new one."
    )


@dataclass(frozen=True)
class GrantAction:
    """What is to be done, and on which consent; ``basis`` None makes a new one."""

    name: str
    basis: consents.Basis | None = None

    @property
    def merged_with(self) -> consents.Revision | None:
        """What the ask is added to."""
        return self.basis.revision if self.basis is not None and self.name == MERGE else None

    @property
    def amends(self) -> consents.Amends | None:
        """As the ask names it."""
        if self.basis is None:
            return None
        return consents.Amends(self.basis.consent.id, self.basis.revision.number)

    def require_of(self, consumer_id: str) -> None:
        """Raise ``InvalidGrantId`` unless the consent is that of the person who is signed in."""
        if self.basis is not None and self.basis.consent.consumer_id != consumer_id:
            raise InvalidGrantId()


def read(params: Mapping[str, str], asker: Asker) -> GrantAction:
    """What these parameters say, whoever is asked. Raises ``InvalidRequestError`` and ``InvalidGrantId``."""
    name, grant_id = params.get("grant_management_action"), params.get("grant_id")
    if name is not None and name not in ACTIONS:
        raise InvalidRequestError(f"grant_management_action is one of {', '.join(ACTIONS)}.")
    if name in (None, CREATE):
        if grant_id is not None:
            raise InvalidRequestError("grant_id stands beside the grant_management_action merge or replace.")
        return GrantAction(CREATE)
    if grant_id is None:
        raise InvalidRequestError(f"Name in grant_id the consent to {name}.")
    basis = _find(asker, grant_id)
    if basis is None:
        raise InvalidGrantId()
    return GrantAction(str(name), basis)


def replacing(asker: Asker, consent_id: str) -> GrantAction:
    """To decide anew on a consent that stands."""
    return GrantAction(REPLACE, _find(asker, consent_id))


def _find(asker: Asker, grant_id: str) -> consents.Basis | None:
    if not is_id(grant_id):
        return None
    return consents.find_basis(
        current_session(),
        client_id=asker.client.id,
        consent_id=grant_id,
        notice_version=asker.company.notice_version,
        now=clock.now(),
    )
