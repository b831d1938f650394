"""What the log's registry of types says of each, for translation: the registry stands below the web and knows none."""

from vrm.web.language import N_

SUMMARIES = (
    N_("A read by an authenticated client: answered, or refused with a code."),
    N_("A consumer granted an ask; keys are those granted, none for signing in alone."),
    N_("A consumer allowed a consent to be changed; keys are those it has now."),
    N_("A consumer took lines out of a consent; keys are those left."),
    N_("A consumer let a consent run longer; keys are those it has."),
    N_("A consumer let a consent end sooner; keys are those it has."),
    N_("A consumer paused a consent: nothing is read under it; keys are those it has."),
    N_("A consumer resumed a consent; keys are those it has."),
    N_("A consent ended by itself: every line of it was for once, and was read; keys are those it had."),
    N_("A consumer revoked a consent; keys are those it had."),
    N_("A client gave a consent back; keys are those it had."),
    N_("A consent came to its end; keys are those it had."),
    N_("A consumer refused an ask; keys are those asked for."),
    N_("The key of a consumer was destroyed; nothing here says whose it was."),
    N_("A company was registered; it may ask nobody anything yet."),
    N_("A company proved that it controls its web domain."),
    N_("The operator approved a company; its clients may ask."),
    N_("The operator suspended a company; every read of it is refused."),
    N_("The operator lifted a company's suspension."),
    N_("A company changed what it says of itself; the code says which part."),
    N_("Somebody was invited into a company, in the role the code says."),
    N_("An invitation into a company was withdrawn unused."),
    N_("Somebody joined a company, in the role the code says."),
    N_("Somebody has another role in a company, as the code says."),
    N_("Somebody left a company, or was off-boarded; the code is the role."),
    N_("A company exported what it holds; the code says consents or reads."),
    N_("A company registered a client."),
    N_("A client's registration changed: its keys, addresses or name."),
    N_("A client was suspended; every read of it is refused."),
    N_("A client's suspension was lifted."),
    N_("The operator let an auditor review the log until a day."),
    N_("An auditor's mandate was ended before its day."),
    N_("The operator forgot an auditor's second factor; they enrol anew."),
    N_("An auditor came in, with password and second factor."),
    N_("An auditor made a token for a program of theirs."),
    N_("An auditor ended a token before its day."),
    N_("An auditor looked at the log; the code says at what, the opening who and how it was narrowed."),
    N_("An auditor opened a case file; the opening says who and which."),
    N_("An auditor added to a case file, or closed or reopened it, as the code says."),
    N_("An alarm was looked into, or is open again, as the code says; the opening says which."),
    N_(
        "A signed bundle was taken out; the code says whether of a case or an exposure, the opening its hash."
    ),
    N_(
        "The operator worked out whose reads a file holds; the code says whether they were counted or notified."
    ),
    N_("The log was exported; the code says whether all of it, a selection, or into an archive."),
    N_("A consumer blocked a company: it cannot reach them by itself any more."),
    N_("A consumer lifted a block of theirs."),
    N_(
        "A new key that signs ID tokens was published and signs soon after; or, as the code says, one for receipts."
    ),
    N_("Every key is wrapped by the KEK that is current now."),
    N_("A backup was made; it holds the log up to some entry before this one."),
    N_("The instance goes on from a backup; what came after that backup is lost."),
    N_("A consumer signed in again under a consent that stands, with nothing to decide."),
    N_("A client proposed a value for somebody's profile; keys are what for. Only the person takes it over."),
    N_("A request that waited at a desk is over and nobody had allowed it; nothing says whom it reached."),
    N_("An old KEK, which wrapped nothing any more, was deleted for ever."),
    N_("Another link went to an auditor who had not come in yet."),
    N_(
        "The log that was before has ended, its newest leaves lost; this one follows it under another origin."
    ),
    N_("The log's key changes: the code says whether a second key signs too, or the first is gone."),
)
