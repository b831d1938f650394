"""The address at which an answer to a letter arrives: ours, with the code of what the letter is about.

``stop@vrm.example`` and the code ``mf2wk3…`` make ``stop+mf2wk3…@vrm.example`` (RFC 5233 calls that a subaddress).
"""

from contextlib import suppress


def answer_address(address: str, code: str) -> str:
    """Where an answer about ``code`` goes; ``address`` is the operator's."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{code}@{domain}"


def code_answered(address: str, to: str) -> str | None:
    """The code in the address an answer is for, in lower case; None where it is no such address of ours."""
    local, _, domain = address.lower().rpartition("@")
    with suppress(ValueError):
        named, code = to.lower().removesuffix(f"@{domain}").split("+")
        return code if named == local and to.lower().endswith(f"@{domain}") else None
    return None
