"""Stories over many rooms: what one room has done, and others must hear of, in the same transaction; and what only
two rooms together can tell.

The owners of a company are written to; what it holds is told by what it reads of it. Called by the command line, the
company pages, the API and the worker, which commit. This room keeps nothing, and must never know a consumer.
"""

from vrm.journeys.fields import FieldsUse, FieldUse, use_of_fields
from vrm.journeys.owners import approve, prove_domain, tell_of_proof

__all__ = ["FieldUse", "FieldsUse", "approve", "prove_domain", "tell_of_proof", "use_of_fields"]
