"""The authorization server: one file for each endpoint, Authlib's seams used as they are meant.

``server`` puts the parts together; ``grants`` and ``client_assertion`` say who gets what; ``authorize``,
``decision``, ``token``, ``pushed``, ``introspection``, ``revocation``, ``metadata``, ``resource_metadata``, ``jwks``,
``userinfo`` and ``end_session`` are the endpoints.
"""

from vrm.web.oauth.routes import routes

__all__ = ["routes"]
