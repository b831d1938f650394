"""``GET /v1/consents/{id}/receipts/{n}``: a client's receipt of a consent; ``/receipts/keys``: what receipts verify with.

The receipt is sent as the file that it is: kept byte for byte it can be checked for ever, without us.
"""

from uuid import UUID

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from vrm import clock, receipts
from vrm.web import protector
from vrm.web.api import asking
from vrm.web.api.holder import get_holder
from vrm.web.audiences import audience
from vrm.web.rooms import house


def add_routes(blueprint: Blueprint) -> None:
    """Hang the views on the blueprint."""

    @blueprint.get("/v1/consents/<uuid:consent_id>/receipts/<int:number>")
    @audience("token")
    def receipt(consent_id: UUID, number: int) -> Response:
        token, here, now = protector.own_token(), house(), clock.now()
        asking.check_names()

        def issue(db: Session) -> receipts.Receipt:
            get_holder(db, token.client_id)  # may it ask us anything now?
            return receipts.issue_to_client(
                db,
                here.keys,
                client_id=token.client_id,
                consent_id=str(consent_id),
                number=number,
                issuer=here.settings.issuer,
                now=now,
            )

        return Response(receipts.dump(here.database.read(issue)), mimetype=receipts.MEDIA_TYPE)

    @blueprint.get("/receipts/keys")
    @audience("public")
    def receipt_keys() -> Response:
        response = jsonify({"keys": house().keys.receipt_keys.published(clock.now())})
        response.headers["Cache-Control"] = "no-cache"  # whoever checks a new receipt needs its key
        return response
