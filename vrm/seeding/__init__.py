"""Fills a sandbox with invented people, companies, consents and reads: a handful for a story, or a million to measure.

What it makes is what the services would have made, row for row, so that everything opens, weighs and verifies. Where one
statement for each row would take days it uses the verbs that rooms have for many at once, and keeps no copy of their
rules. Called by ``vrm seed`` and the demo. Nobody real is in here, and none of its people has a password of their own.
"""

from vrm.seeding.companies import approved_client, new_key, shown
from vrm.seeding.crowd import Plan, Sown, sow
from vrm.seeding.reads import answered, remember

__all__ = ["Plan", "Sown", "answered", "approved_client", "new_key", "remember", "shown", "sow"]
