"""What a mail address is."""

from contextlib import suppress

from email_validator import EmailNotValidError, validate_email

from vrm.errors import Invalid


def parse_address(text: str) -> str:
    """An address in the one form we keep: Unicode NFC, the domain in lower case and written as people read it.

    Only the form is checked; whether mail arrives is found out by sending some. Raises ``Invalid``.
    """
    address = None
    with suppress(EmailNotValidError):  # ours is raised below, since this one repeats the address
        # Domains kept for examples and tests are allowed: an instance may hold invented people only.
        address = validate_email(text.strip(), check_deliverability=False, test_environment=True, strict=True)
    if address is None or "." not in address.ascii_domain:
        raise Invalid("Write an e-mail address like name@example.org.", code="bad_address", field="email")
    return address.normalized
