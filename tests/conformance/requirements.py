"""What the standards ask of this server, numbered, in our words. Read the standard where a word matters."""

from dataclasses import dataclass

FAPI = "FAPI 2.0 Security Profile (final)"
BCP = "OAuth 2.0 Security Best Current Practice (RFC 9700)"


@dataclass(frozen=True)
class Requirement:
    """One thing that is asked. ``note`` says how it is met here, where that is not what one would expect.

    ``lacks`` says what of it is not met, and why: it is met in part then, whatever its tests say.
    """

    id: str
    words: str
    note: str = ""
    lacks: str = ""


CHAPTERS: dict[str, tuple[Requirement, ...]] = {
    f"{FAPI}: authorization server, general (section 5.3.2.1)": (
        Requirement("AS-G1", "Publishes its metadata, and does what they say."),
        Requirement("AS-G2", "Refuses the password grant."),
        Requirement("AS-G3", "Serves confidential clients alone."),
        Requirement("AS-G4", "Issues access tokens that are bound to their sender."),
        Requirement("AS-G5", "Authenticates clients by a signed assertion (private_key_jwt)."),
        Requirement("AS-G6", "Opens no way for redirects to elsewhere."),
        Requirement("AS-G7", "Takes its issuer identifier alone, as one string, for the audience of an assertion."),
        Requirement("AS-G8", "Does not rotate refresh tokens."),
        Requirement("AS-G9", "Asks for nonces in proofs with the error and the header of the standard, where it does."),
        Requirement("AS-G10", "Lets a code live for 60 seconds at most."),
        Requirement("AS-G11", "Binds a code to a key that is named or shown with the pushed request."),
        Requirement("AS-G12", "Takes times up to 10 seconds ahead and refuses those of more than 60."),
        Requirement("AS-G13", "Gives a token the least that is needed."),
    ),
    f"{FAPI}: authorization endpoint (section 5.3.2.2)": (
        Requirement("AS-A1", "Knows the response type code alone."),
        Requirement("AS-A2", "Takes pushed requests of authenticated clients (RFC 9126)."),
        Requirement("AS-A3", "Refuses requests that were not pushed."),
        Requirement("AS-A4", "Refuses pushed requests without client authentication."),
        Requirement("AS-A5", "Requires PKCE with S256."),
        Requirement("AS-A6", "Requires a redirect URI in the pushed request."),
        Requirement("AS-A7", "Says in every response which issuer answers (RFC 9207), in errors too."),
        Requirement("AS-A8", "Sends no response over an unencrypted connection, but to a native client's loopback."),
        Requirement("AS-A9", "Refuses a code that was used."),
        Requirement("AS-A10", "Never redirects with 307."),
        Requirement("AS-A11", "Redirects with 303."),
        Requirement(
            "AS-A12",
            "Lets a request_uri live for less than 600 seconds.",
            note="Whoever loaded it in time and has to sign in first goes on at an address of its own, for an hour: an "
            "address that is good in their own browser alone, and that nobody else who holds the link is sent to.",
        ),
        Requirement("AS-A13", "Shows a person what they need to decide: who asks, what for, and for what."),
        Requirement("AS-A14", "Takes a nonce of up to 64 characters (OpenID Connect)."),
        Requirement(
            "AS-A15",
            "Uses a request_uri up when the person decides, and not when a page loads.",
            note="Where somebody signs in again there is nothing to decide, so the load by their own click is the answer. "
            "HEAD, and what a browser says it fetches ahead, answers nothing.",
        ),
        Requirement("AS-A16", "Takes a state of more than 1,000 characters."),
    ),
    f"{FAPI}: resource server (section 5.3.4)": (
        Requirement("RS-1", "Takes tokens in the Authorization header."),
        Requirement("RS-2", "Takes no token in the query."),
        Requirement("RS-3", "Verifies that a token is valid, whole, in time and not revoked."),
        Requirement("RS-4", "Verifies that a token suffices, and answers as RFC 6750 says."),
        Requirement("RS-5", "Verifies who sends a token."),
    ),
    f"{FAPI}: cryptography and keys (section 5.4)": (
        Requirement("C-1", "Takes PS256, ES256 and Ed25519 alone, and follows RFC 8725."),
        Requirement("C-2", "Takes RSA keys of at least 2048 bits."),
        Requirement("C-3", "Takes elliptic curves of at least 224 bits."),
        Requirement("C-4", "Draws codes, tokens and the like from at least 128 random bits."),
        Requirement("C-5", "Reads key sets over TLS."),
        Requirement("C-6", "Uses neither x5u nor jku."),
        Requirement("C-7", "Publishes no two keys with one kid.", "A client's set may have keys of different kinds under one kid, and a signature's algorithm says which is meant; two of one kind are refused."),
    ),
    BCP: (
        Requirement("BCP-1", "Compares redirect URIs exactly, but for the port of a loopback address (2.1)."),
        Requirement("BCP-2", "Opens no way for redirects to elsewhere, in its own pages too (4.11)."),
        Requirement(
            "BCP-3",
            "Refuses a code_verifier where no challenge was sent (2.1.1).",
            "Every request must bring a challenge, so there is no code without one.",
        ),
        Requirement("BCP-4", "Knows neither the implicit nor the password grant (2.1.2, 2.4)."),
        Requirement("BCP-5", "Binds access tokens to their sender and to what they are for (2.2.1, 2.3)."),
        Requirement(
            "BCP-6",
            "Holds refresh tokens to what was consented, to their sender, and to an end, also for being idle (2.2.2, 4.14).",
            "A refresh token ends with its consent, whose end its person chose, within 12 months.",
            lacks="It does not end for being idle, as section 4.14.2 recommends. A company may have to read once a year, "
            "and the person chose until when; it is bound to its client's key, and they can end it on any day.",
        ),
        Requirement("BCP-7", "Makes mix-up detectable: by the issuer in responses and in the metadata (4.4)."),
        Requirement("BCP-8", "Makes code and request worthless after first use; a replay costs the tokens (4.2.4, 4.5)."),
        Requirement(
            "BCP-9",
            "Lets no address with a code leak by a referrer (4.2.4).",
            "The policy is same-origin: other sites get nothing, and forms of our own keep their Origin.",
        ),
        Requirement("BCP-10", "Lets no script of another site read the authorization endpoint (2.6)."),
        Requirement("BCP-11", "Forbids framing of its pages (4.16)."),
        Requirement("BCP-12", "Redirects with 303, never with 307 (4.12)."),
        Requirement("BCP-13", "Believes no header that a client could have sent in place of a proxy (4.13)."),
        Requirement("BCP-14", "Protects the person's decision against forged forms (4.7)."),
        Requirement("BCP-15", "Lets no client pass for a person, or reach another client's tokens (4.15)."),
        Requirement("BCP-16", "Authenticates clients by keys of their own (2.5)."),
    ),
}  # fmt: skip

IDS = frozenset(each.id for chapter in CHAPTERS.values() for each in chapter)
