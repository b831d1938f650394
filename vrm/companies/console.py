"""The client of a company's own trial runs: known by its id, so that whoever counts can leave it out.

What is done with it stands in the log like anything else. But the person behind it is invented, so it says nothing
of how a company asks: no figure counts it, neither for its own people nor for the public.
"""

import hashlib
import uuid


def console_client_id(company_id: str) -> str:
    """The id follows from the company's, and no company chooses one. Anybody may work it out."""
    digest = hashlib.sha256(f"console.client {company_id}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
