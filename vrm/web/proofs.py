"""A proof file (C2SP tlog-proof) as an answer, wherever one leaves."""

from flask import Response

from vrm.accesslog import ProofFile, proof_file


def answer(found: ProofFile) -> Response:
    """The file, named by its leaf."""
    response = Response(proof_file.dump(found), mimetype="text/plain")
    name = f"read-{found.index}{proof_file.SUFFIX}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
