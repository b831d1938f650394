"""The access log: remembers that something happened. It does not know what anything is.

What it keeps: one entry for each disclosure, refusal and change of consent, company or client, in a Merkle tree
(RFC 6962) whose root is signed (C2SP checkpoints), so that nobody, the operator included, can change or drop an
entry unseen by whoever holds an older checkpoint. Beside the tree lie erasable look-ups: whose event it is, and
the openings of commitments.

Who may call it: any room, to ``record`` an event in the transaction of the change it tells of, or to ``prepare``
one early and ``append`` it through the commit queue; the worker, to ``sequence`` and ``publish``; the edges, to
show people their own lines and auditors everything.

What it must never know: names, values, or which entry is whose once that person is forgotten. An entry is never
changed and never deleted; the bytes of old ones may move into an archive (``archiving``), where they are read as before.
"""

from vrm.accesslog.counting import Counts, Tally, count_in_spans, last_reads, tally_for_consumer
from vrm.accesslog.entry import About, Event, Prepared, opens, prepare
from vrm.accesslog.errors import BadEvent, BadProof, Inconsistent, NoSuchLeaf, RolledBack, UnknownEventType
from vrm.accesslog.export import Export, Selection, open_export
from vrm.accesslog.findings import Finding
from vrm.accesslog.leaves import details, entries
from vrm.accesslog.moved import ARCHIVE
from vrm.accesslog.pin import Pin
from vrm.accesslog.proof_file import ProofFile
from vrm.accesslog.proofs import find_bare_proof, find_for_client, find_for_consumer, find_proof
from vrm.accesslog.proving import Proved, verify_proof
from vrm.accesslog.published import (
    Comparison,
    Outcome,
    compare,
    get_checkpoint,
    list_checkpoints,
    sample_checkpoints,
)
from vrm.accesslog.reading import LoggedEvent, OwnRead, count_pending, list_for_company, list_for_consumer
from vrm.accesslog.sequencer import publish, sequence
from vrm.accesslog.service import append, forget, record
from vrm.accesslog.serving import get_resource
from vrm.accesslog.threads import find_consumers, find_threads, find_whose
from vrm.accesslog.tree import Published, consistency, inclusion, latest_checkpoint
from vrm.accesslog.types import TYPES
from vrm.accesslog.verify import Report, verify_export
from vrm.accesslog.witnessed import Gathering, WitnessState, find_gathering, is_unheard, public_checkpoint

__all__ = [
    "ARCHIVE",
    "TYPES",
    "About",
    "BadEvent",
    "BadProof",
    "Comparison",
    "Counts",
    "Event",
    "Export",
    "Finding",
    "Gathering",
    "Inconsistent",
    "LoggedEvent",
    "NoSuchLeaf",
    "Outcome",
    "OwnRead",
    "Pin",
    "Prepared",
    "ProofFile",
    "Proved",
    "Published",
    "Report",
    "RolledBack",
    "Selection",
    "Tally",
    "UnknownEventType",
    "WitnessState",
    "append",
    "compare",
    "consistency",
    "count_in_spans",
    "count_pending",
    "details",
    "entries",
    "find_bare_proof",
    "find_consumers",
    "find_for_client",
    "find_for_consumer",
    "find_gathering",
    "find_proof",
    "find_threads",
    "find_whose",
    "forget",
    "get_checkpoint",
    "get_resource",
    "inclusion",
    "is_unheard",
    "last_reads",
    "latest_checkpoint",
    "list_checkpoints",
    "list_for_company",
    "list_for_consumer",
    "open_export",
    "opens",
    "prepare",
    "public_checkpoint",
    "publish",
    "record",
    "sample_checkpoints",
    "sequence",
    "tally_for_consumer",
    "verify_export",
    "verify_proof",
]
