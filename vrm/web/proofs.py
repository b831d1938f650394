"""A proof file (C2SP tlog-proof) as an answer, wherever one leaves, and the keys it is checked by."""

from collections.abc import Sequence

from flask import Response

from vrm.accesslog import ProofFile, proof_file
from vrm.tlog import note
from vrm.tlog.note import Verifier


def answer(found: ProofFile) -> Response:
    """The file, named by its leaf."""
    response = Response(proof_file.dump(found), mimetype="text/plain")
    name = f"read-{found.index}{proof_file.SUFFIX}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def signed_by(checkpoint: str, keys: Sequence[Verifier]) -> list[str]:
    """The vkeys of those keys of the log that signed this checkpoint: a log that changed its key has several."""
    lines = {(line.name, line.key_id) for line in note.parse(checkpoint.encode()).signatures}
    return [key.vkey for key in keys if (key.name, key.key_id) in lines]
