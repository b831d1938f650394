"""Whom a request is for: the hints of a backchannel request (CIBA Core 1.0, section 7.1), exactly one, which may be
nobody's; and of one by a browser (OpenID Connect Core 1.0, section 3.1.2.1), which names who must be signed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import LoginRequiredError
from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import clock, consents
from vrm.companies import Asker
from vrm.ids import is_id
from vrm.web import signed
from vrm.web.oauth.id_token import read_hint


@dataclass(frozen=True)
class Hint:
    """A pairwise subject that the company may know somebody by, or a desk code."""

    asker: Asker
    subject: str | None
    code: str = ""

    @property
    def is_code(self) -> bool:
        """Whether it could be a code only."""
        return self.subject is None

    def find(self, db: Session, keys: KeyStore, now: datetime) -> str | None:
        """The consumer; None where it is nobody's. A desk code is used up by this."""
        company_id = self.asker.company.id
        if self.subject is not None:
            return consents.find_by_subject(db, company_id=company_id, subject=self.subject)
        return consents.take_desk_code(
            db, keys, code=self.code, client_id=self.asker.client.id, company_id=company_id, now=now
        )


def read(sent: Mapping[str, str], asker: Asker, *, issuer: str, keys: KeyStore) -> Hint:
    """The hint of a request. Raises ``InvalidRequestError`` unless there is exactly one that could be meant."""
    named = [name for name in ("login_hint", "login_hint_token", "id_token_hint") if sent.get(name)]
    if len(named) != 1 or named == ["login_hint_token"]:
        raise InvalidRequestError("Send exactly one hint: login_hint or id_token_hint.")
    if named == ["id_token_hint"]:
        return Hint(asker, subject_in(sent["id_token_hint"], asker, issuer=issuer, keys=keys))
    text = sent["login_hint"].strip()
    return Hint(asker, text.lower()) if is_id(text.lower()) else Hint(asker, None, text)


def subject_in(text: str, asker: Asker, *, issuer: str, keys: KeyStore) -> str:
    """The subject that an ID token of this client names. Raises ``InvalidRequestError`` for any other text."""
    try:
        claims = read_hint(text, issuer=issuer, keys=keys.token_keys)
    except signed.BadSignature as fault:
        raise InvalidRequestError(
            "id_token_hint is no ID token of this server, or so old that its key is gone. Leave it out."
        ) from fault
    if claims["aud"] != asker.client.id:
        raise InvalidRequestError("id_token_hint was issued to another client.")
    return str(claims["sub"])


def require_named(db: Session, subject: str, asker: Asker, *, person_id: str, silent: bool) -> None:
    """Raise ``LoginRequiredError`` where the ID token of a request names somebody else than who is signed in.

    Of whom the client may not recognise any more it says nothing, neither that they are here nor that they are not:
    a request that must stay silent (``prompt=none``) is refused for whoever is here, and any other goes on.
    """
    company_id, client_id = asker.company.id, asker.client.id
    named = consents.find_by_subject(db, company_id=company_id, subject=subject)
    known = named is not None and consents.may_recognise(
        db, consumer_id=named, client_id=client_id, company_id=company_id, now=clock.now()
    )
    if named != person_id if known else silent:
        raise LoginRequiredError(description="The person whom id_token_hint names is not signed in.")
