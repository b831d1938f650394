"""The room's own fault."""

from vrm.errors import Invalid


class BadReceipt(Invalid):
    """A file that is no receipt, or no set of keys. The message says what is wrong with it."""

    code = "bad_receipt"
