"""The one door through which plaintext leaves.

``Door.read`` answers one consent, ``Door.read_many`` a stream of them. Either way: work out what may be read now,
open only that, make its event durable, re-checking the consent in that very transaction, and only then hand the
values over. A refusal is a value, and is logged too.

Called by the API alone. This room knows nothing of HTTP and never decides what may be read: ``consents`` does.
"""

from vrm.disclosures.agents import agent_pseudonym, check_agent
from vrm.disclosures.answers import Answer, Omitted, Refusal
from vrm.disclosures.door import Door, Reader
from vrm.disclosures.evidence import company_may_see, value_names

__all__ = [
    "Answer",
    "Door",
    "Omitted",
    "Reader",
    "Refusal",
    "agent_pseudonym",
    "check_agent",
    "company_may_see",
    "value_names",
]
