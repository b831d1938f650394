"""Stories over many rooms: what one room has done, and others must hear of, in the same transaction.

The owners of a company are written to. Called by the command line, the company pages and the worker, which
commit. This room keeps nothing, and must never know a consumer.
"""

from vrm.journeys.owners import approve, prove_domain, tell_of_proof

__all__ = ["approve", "prove_domain", "tell_of_proof"]
