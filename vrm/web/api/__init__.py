"""The consent-scoped API for companies, under ``/v1``. ``openapi.yaml`` describes it.

A view parses, calls the door or one service verb, and answers.
"""

from vrm.web.api.routes import routes

__all__ = ["routes"]
