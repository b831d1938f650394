"""Every setting, as data: its name, what it means, its default, and what whoever changes it gains.

Help, ``vrm settings`` and docs/configuration.md are made from this table; the parsers are in ``settings``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One ``VRM_*`` variable. ``attribute`` names its place in ``Settings``; ``secret`` ones are never shown."""

    name: str
    attribute: str
    meaning: str
    default: str
    attacker: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "VRM_HOME",
        "home",
        "Folder that holds this instance: identity, databases, keys. Only the account that runs vrm may enter it.",
        "./var",
        "Points the service at an instance of the attacker's making: people would sign in to it and fill it.",
    ),
    Setting(
        "VRM_ISSUER",
        "issuer",
        "The address people and companies use. Read by vrm init, which fixes it for good; set to anything else "
        "afterwards, nothing starts.",
        "http://localhost:8000",
        "Nothing once the instance exists. Before, it decides whose links, tokens and log entries these will be.",
    ),
    Setting(
        "VRM_DATABASE_URL",
        "database_url",
        "Where rows live: sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME.",
        "sqlite:///$VRM_HOME/vrm.db",
        "Serves old or forged rows: withdrawn consents come back to life. Sealed values stay sealed, and an "
        "auditor with an older checkpoint sees that the log does not continue.",
        secret=True,
    ),
    Setting(
        "VRM_KEYSTORE_URL",
        "keystore_url",
        "Where wrapped keys live: a second database, never the same as the first, whose backups are kept "
        "30 days at most.",
        "sqlite:///$VRM_HOME/keystore.db",
        "Brings back the keys of people who were erased, if the attacker also has an old backup; or stops all "
        "reading, since nothing can be opened.",
        secret=True,
    ),
    Setting(
        "VRM_KEYS_DIR",
        "keys_dir",
        "Folder with the keys that wrap all others and the key that signs the log. Keep it off the disk that is "
        "backed up.",
        "$VRM_HOME/keys",
        "With keys of the attacker's own, everything sealed from then on is open to them, and they sign the log.",
    ),
    Setting(
        "VRM_SMTP_URL",
        "smtp_url",
        "Mail server: smtps://USER:PASSWORD@HOST:465, or smtp://HOST:587 which must offer STARTTLS unless it "
        "is this machine. Without it, mail is written to $VRM_HOME/mail, for development only.",
        "(none: the development mail folder)",
        "Reads every mail the service sends, confirmation and recovery links among them.",
        secret=True,
    ),
    Setting(
        "VRM_MAIL_FROM",
        "mail_from",
        "Sender address of that mail; the name beside it is VRM and its host.",
        "vrm@ and the host of the issuer",
        "Makes real mail look like it came from elsewhere, or sends replies to the attacker.",
    ),
    Setting(
        "VRM_REPLY_ADDRESS",
        "reply_address",
        "Address at which answers to letters about consents arrive, like stop@vrm.example: answering such a letter stops "
        "the consent. Letters give it with a code between, stop+CODE@vrm.example (docs/mail.md).",
        "(none: letters say the link only)",
        "Leads answers to the attacker, who can stop those consents and keep the person's wish from us. Reads nothing.",
    ),
    Setting(
        "VRM_SMTP_LISTEN",
        "smtp_listen",
        "HOST:PORT at which vrm mail, and vrm serve with it, takes those answers from your mail server. Keep it on this "
        "machine, or in a network of yours.",
        "(none: no mail is taken)",
        "Opens the listener to more machines: whoever has a letter's code can stop its consent without your mail "
        "server in between. Nothing is read there, and nothing else is taken.",
    ),
    Setting(
        "VRM_FETCH_ALLOW",
        "fetch_allow",
        "Hosts that are spoken to over plain HTTP on this machine instead of the internet, as "
        "HOST=127.0.0.1:PORT, separated by commas. For development only.",
        "(none)",
        "Answers for those hosts: proves web domains the attacker does not own and supplies clients' keys; "
        "reaches every service on this machine's loopback.",
    ),
    Setting(
        "VRM_LOG_PIN",
        "log_pin",
        "File with the newest checkpoint seen, outside the database: nothing is signed that does not continue it. Put it "
        "on another disk than the database, and a newer checkpoint into it if you have one.",
        "$VRM_HOME/log-checkpoint",
        "With a file of an older checkpoint, or none, a database that was put back to yesterday is signed as if nothing "
        "had been after it.",
    ),
    Setting(
        "VRM_LOG_POLICY",
        "log_policy",
        "File that names the log's witnesses and the quorum of them (C2SP tlog-policy). With it, the public checkpoint "
        "is the newest that meets the quorum.",
        "(none: no witnesses)",
        "Without it, or with witnesses of the attacker's own, the operator can show different logs to different people "
        "again, and whoever relies on the witnesses sees that their cosignatures are missing.",
    ),
    Setting(
        "VRM_LOG_ARCHIVE",
        "log_archive",
        "Folder of vrm log archive that old entries were moved to, and are read from. Every process of this instance needs "
        "it, and a backup of the instance is whole only together with it.",
        "(none: every entry is in the database)",
        "Nothing can be put in place of an entry, as each is held against its hash; a folder that lacks them makes the "
        "pages and answers that show them fail.",
    ),
    Setting(
        "VRM_CATALOGUE",
        "catalogue",
        "Catalogue files of your own, read after the built-in one, separated by colons.",
        "(none)",
        "Adds misleading labels, so that people grant what they did not mean to.",
    ),
    Setting(
        "VRM_TRUSTED_PROXIES",
        "trusted_proxies",
        "How many reverse proxies stand in front and set X-Forwarded-For and X-Forwarded-Proto.",
        "0",
        "Too high a number lets anyone choose the address that sign-in limits count.",
    ),
    Setting(
        "VRM_DPOP_NONCE",
        "dpop_nonce",
        "Whether every proof of possession (DPoP) must carry a nonce of this server: yes or no. With no, a proof "
        "whose time is right needs none.",
        "no",
        "With no, who can make a client sign for a moment has proofs that are good for the minute around that time.",
    ),
    Setting(
        "VRM_WORKER",
        "worker",
        "Whether vrm serve also runs the worker (log checkpoints, mail, expiry): yes or no. With no, run "
        "vrm worker yourself.",
        "yes",
        "With no worker, the log gets no new checkpoints and no mail leaves. Nothing leaves unlogged.",
    ),
    Setting(
        "VRM_LOG_LEVEL",
        "log_level",
        "How much is written to standard error: error, warning, info or debug. Never personal data at any level "
        "but debug, which shows tracebacks.",
        "info",
        "Debug may put pieces of what people typed into log files; error hides the attacker's noise.",
    ),
    Setting(
        "VRM_ARGON2",
        "argon2",
        "Cost of one Argon2id password hash: m=KIBIBYTES,t=PASSES,p=LANES. The floor is m=19456,t=2,p=1; only a "
        "sandbox may go below it.",
        "m=65536,t=3,p=4",
        "A low cost makes guessing passwords from a stolen database cheaper, for passwords set from then on.",
    ),
)
