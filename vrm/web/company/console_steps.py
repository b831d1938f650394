"""The steps of a run in plain words: what each is, where it is written, and what to do when it fails."""

from dataclasses import dataclass

from vrm.web.language import gettext


@dataclass(frozen=True)
class Told:
    """One step, told. ``source``: where the standard says so."""

    title: str
    words: str
    source: str
    mend: str


def told() -> dict[str, Told]:
    """Every step by its name, in the language of this request."""
    return {
        "par": Told(
            gettext("Your program pushes its request"),
            gettext(
                "It sends the ask to us directly, so nobody can change it in the browser. It proves itself with a JWT that it signs with its private key and uses once. The proof in the DPoP header is signed with another key, one it makes for itself: the code and its tokens will be bound to that."
            ),
            "RFC 9126, 2.1; RFC 7523, 2.2; RFC 9396, 2; RFC 9449, 10.1",
            gettext(
                "Read the description in the answer: it names what is wrong with the ask or with the proof."
            ),
        ),
        "authorize": Told(
            gettext("It sends the person’s browser here"),
            gettext(
                "The address holds only the reference that it got, good for 90 seconds. In a run the invented person is signed in already; others are asked to sign in first."
            ),
            "RFC 9126, 4; RFC 6749, 4.1.1",
            gettext(
                "Push the request again: a reference is good for 90 seconds and for the client that pushed it."
            ),
        ),
        "page": Told(
            gettext("The person reads your ask"),
            gettext(
                "This is the page of the picture. Looking uses nothing up: they may decide within seven days."
            ),
            gettext("no standard: our page"),
            gettext("Reload the console and run it again."),
        ),
        "decide": Told(
            gettext("The person decides"),
            gettext(
                "Their browser is led back to your redirect URI, with a code if they allowed something, or with access_denied if they refused. Your program compares state with its own, and iss with this server."
            ),
            "RFC 6749, 4.1.2; RFC 9207, 2",
            gettext(
                "The invented person could not allow this. Mostly a needed line has no value for them, or no line is needed and only needed lines were to be allowed."
            ),
        ),
        "token": Told(
            gettext("Your program exchanges the code"),
            gettext(
                "A code is good for a minute, and once. The verifier shows that whoever exchanges it also began the request, and the proof that it still holds the key. The answer says what was allowed, which may be less than you asked for."
            ),
            "RFC 6749, 4.1.3; RFC 7636, 4.5; RFC 9449, 5; RFC 9396, 7",
            gettext("Ask again from the start: a code that failed once is worth nothing."),
        ),
        "read": Told(
            gettext("It reads what was allowed"),
            gettext(
                "The values as they are at this moment. A stolen token reads nothing: beside it goes a new proof, good once, for this method and address and for a minute, with the hash of the token in it. The read is in the log before the answer leaves: leaf_hash is its fingerprint there."
            ),
            "RFC 9449, 7.1",
            gettext("Read the code in the answer; the page for developers explains each of them."),
        ),
        "one": Told(
            gettext("It reads only one key"),
            gettext("Read no more than you need just now: people see which keys you read, and how often."),
            "RFC 9449, 7.1",
            gettext("Read the code in the answer; the page for developers explains each of them."),
        ),
        "introspect": Told(
            gettext("It looks at its token"),
            gettext("Active, for whom (a pseudonym that only you have), under which consent and until when."),
            "RFC 7662, 2.2",
            gettext("Only the client that holds a token may look at it."),
        ),
        "revoke": Told(
            gettext("The person revokes"),
            gettext(
                "One button on a page of theirs. You are not asked, and not told: your next read tells you."
            ),
            gettext("no standard: our page"),
            gettext("Reload the console and run it again."),
        ),
        "again": Told(
            gettext("The next read is refused"),
            gettext(
                "The token is worth nothing from that moment on. Delete what you no longer may keep, and do not try again: the person sees each refused read."
            ),
            "RFC 9449, 7.1; RFC 9457",
            gettext("This read should have been refused. Tell the operator of this place."),
        ),
    }
