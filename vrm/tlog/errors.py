"""What can be wrong with a text that a log, or a witness of it, gives to the world. All are ``Invalid``.

BadNote            not a C2SP signed note, or not signed by the key named
BadCheckpoint      a note text that is no checkpoint
BadSubmission      not what a log sends to a witness, or not what a witness answers
BadPolicy          not a policy as C2SP writes it; the message names the line
"""

from vrm.errors import Invalid


class BadNote(Invalid):
    """Not a signed note as C2SP writes it, or not signed by the key expected."""

    code = "bad_note"


class BadCheckpoint(Invalid):
    """The note's text is no checkpoint."""

    code = "bad_checkpoint"


class BadSubmission(Invalid):
    """Not a request to a witness, or not an answer of one."""

    code = "bad_submission"


class BadPolicy(Invalid):
    """The policy cannot be used as it stands. The message names the line."""

    code = "bad_policy"
