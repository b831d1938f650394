"""Who read at the company, said by its client and kept as a pseudonym.

A client may name which of its agents reads: a clerk, a desk, an automatic process. The name is the company's own
and is never stored. What stands in the log instead lets anybody count one agent's reads and nobody read the name.
"""

import base64
import re

from keys import KeyStore
from vrm.errors import Invalid

_NAME = re.compile(r"[!-~]{1,100}", re.ASCII)
_BYTES = 12  # of 32: enough that two agents of one company never meet, short enough to be compared by eye


def check_agent(name: str) -> str:
    """The name of an agent: 1 to 100 visible ASCII characters. Raises ``Invalid``."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            "Name the agent in 1 to 100 visible ASCII characters, without spaces.", field="VRM-Agent"
        )
    return name


def agent_pseudonym(keys: KeyStore, *, company_id: str, agent: str) -> str:
    """16 characters, the same for this agent of this company for ever, and another for any other company's.

    The company's id has a fixed form, so no two pairs make one text.
    """
    index = keys.blind_index("agent", f"{company_id} {agent}")
    return base64.urlsafe_b64encode(index[:_BYTES]).decode()
