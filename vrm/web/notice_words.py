"""What a notice says, in plain words: the same on the page as in the letter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vrm.web.tongue import Tongue


@dataclass(frozen=True)
class Said:
    """A title, what there is to know, and the one thing to do about it: ``act``, at ``path`` of ours.

    ``advice`` is a last sentence that is true only while there is something to do.
    """

    title: str
    sentences: tuple[str, ...]
    act: str
    path: str
    advice: str = ""


def said(kind: str, values: Mapping[str, Any], tongue: Tongue) -> Said:
    """The words of a notice. KeyError for a kind that this version does not know, or a value that is missing."""
    return _WRITERS[kind](values, tongue)


def _reminder(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    if values["labels"]:
        title = _("You still let %(company)s read some of your data")
        what = _("They may read: %(labels)s.")
    else:
        title = _("You still let %(company)s recognise you")
        what = _("They recognise you when you sign in there, and may read nothing.")
    paused = _("It is paused now: they can read nothing until you resume it.")
    return _of_consent(
        values,
        tongue,
        title,
        (
            what,
            *([_("What for: %(purposes)s.")] if values["purposes"] else []),
            _("You allowed it on %(granted)s. It ends by itself on %(until)s."),
            *([paused] if values["paused"] else []),
        ),
        _("Change it, pause it or stop it"),
        _("Is that still right? Then there is nothing to do. If it is not, you can change that at any time."),
    )


def _ending(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    return _of_consent(
        values,
        tongue,
        _("What you allow %(company)s ends on %(until)s"),
        (
            _("From then on they can no longer read: %(labels)s.")
            if values["labels"]
            else _("From then on they do not recognise you any more when you sign in there."),
        ),
        _("Let it run longer, or stop it"),
        _("If that is right, there is nothing to do. You can also let it run longer, or stop it today."),
    )


def _unusual(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    hardly = _("On the days before, they had read nothing.")
    often = _("On a usual day it was: %(usual)s.") if values["usual"] else hardly
    titles = {
        "new_key": _("%(company)s read something for the first time"),
        "burst": _("%(company)s reads much more often than usual"),
        "silence": _("%(company)s read again after a long time"),
        "refused": _("%(company)s tried to read, and was refused"),
    }
    evidence = {
        "new_key": _(
            "On %(moment)s they read: %(read)s. You allowed that long ago, and until now they had never used it."
        ),
        "burst": _("On %(when)s they have read your data %(observed)s times already.") + " " + often,
        "silence": _(
            "On %(moment)s they read: %(read)s. Before that, they had read nothing for %(observed)s days."
        ),
        "refused": _("By %(moment)s they had tried %(observed)s times within an hour. They got nothing."),
    }
    return _of_consent(
        values,
        tongue,
        titles[values["what"]],
        (evidence[values["what"]],),
        _("See what they read, pause it or stop it"),
        _("There may be a good reason. If it seems wrong to you, pause it or stop it: it holds at once."),
    )


def _changed(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    titles = {
        "notice": _("%(company)s changed what it promises"),
        "owner": _("%(company)s has a new owner"),
    }
    return _of_consent(
        values,
        tongue,
        titles[values["what"]],
        (
            *((_("It belongs to %(owner)s now."),) if values.get("owner") else ()),
            _("You had agreed to what was before. So they can read nothing more until they ask you again."),
        ),
        _("See it, or stop it"),
        _("There is nothing to do. If they ask, you decide anew. You can also stop it for good today."),
    )


def _proposed(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    return _of_consent(
        values,
        tongue,
        _("%(company)s proposes something for your profile"),
        (_("Nothing is taken over unless you say so, and we do not tell them what you decide."),),
        _("See what they propose"),
        _("What you do not take over goes by itself 30 days after it came."),
    )


def _receipt(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    why = {
        "granted": _("You said yes to %(company)s."),
        "amended": _("You said yes to a change that %(company)s asked for."),
        "narrowed": _("You took back part of what %(company)s may read."),
        "extended": _("You let your consent run longer."),
        "shortened": _("You let your consent end sooner."),
        "refused": _("You said no to %(company)s."),
        "revoked": _("You stopped what you had allowed %(company)s."),
        "expired": _("Your consent came to its end, as you had agreed."),
        "returned": _("%(company)s gave your consent back."),
        "used": _("You had allowed it once. %(company)s read it, and so it closed by itself."),
    }
    return _of_consent(
        values,
        tongue,
        _("Your receipt: %(company)s"),
        (why[values["change"]], _("The receipt says exactly what, signed, for you to keep.")),
        _("See the receipt"),
    )


def _stopped(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    if values["act"] == "stop":
        title = _("You stopped what you allowed %(company)s")
        by = {
            "mail": _("Our letter about it was answered: so it has ended, and they can read nothing."),
            "link": _("The link in our letter was used: so it has ended, and they can read nothing."),
        }.get(values.get("channel", ""), _("It has ended, and they can read nothing."))
    else:
        title = _("You paused what you allowed %(company)s")
        by = _("The link in our letter was used: they can read nothing until you resume it.")
    stranger = _("If it was not you, somebody else can read your mail. Nothing of yours was shown to them.")
    return _of_consent(values, tongue, title, (by, stranger), _("See the consent"))


def _exposed(values: Mapping[str, Any], tongue: Tongue) -> Said:
    """``message`` is the operator's own and is said as it is; ``first`` and ``last`` are moments in UTC."""
    _ = tongue.translate
    title = _("The operator writes to you about data that %(company)s read")
    when = _("It is about what they read between %(first)s and %(last)s (UTC).")
    return Said(
        title % values,
        (when % values, *filter(None, map(str.strip, values["message"].split("\n\n")))),
        _("See every read"),
        "/reads",
    )


def _device(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    places = {"moment": tongue.moment(values["when"]), "browser": _browser(values, tongue)}
    return Said(
        _("Somebody signed in to your account in a new browser"),
        (
            _("It was on %(moment)s, with your password, in %(browser)s.") % places,
            _("If it was you, there is nothing to do."),
            _("If it was not you: choose a new password at once. That signs everybody else out."),
        ),
        _("Change the password, sign everybody out"),
        "/account",
    )


def _password(values: Mapping[str, Any], tongue: Tongue) -> Said:
    _ = tongue.translate
    return Said(
        _("Your password was changed"),
        (
            _("It was on %(moment)s. Every other browser was signed out.")
            % {"moment": tongue.moment(values["when"])},
            _("If it was not you, choose a new password at once."),
        ),
        _("Choose a new password"),
        "/reset",
    )


def _browser(values: Mapping[str, Any], tongue: Tongue) -> str:
    _ = tongue.translate
    family, system = values["browser"], values["system"]
    if family and system:
        return _("%(family)s on %(system)s") % {"family": family, "system": system}
    return family or _("a browser that does not say which it is")


def _of_consent(
    values: Mapping[str, Any],
    tongue: Tongue,
    title: str,
    sentences: Sequence[str],
    act: str,
    advice: str = "",
) -> Said:
    """Fill the places, of which each notice has some."""
    places = {name: values[name] for name in ("company", "owner") if name in values}
    for name, key in (("granted", "granted_at"), ("until", "expires_at"), ("when", "when")):
        if key in values:
            places[name] = tongue.day(values[key])
    if "when" in values:
        places["moment"] = tongue.moment(values["when"])
    for name in ("labels", "purposes", "read"):
        places[name] = tongue.listed(values.get(name, ()))
    for name in ("observed", "usual"):
        places[name] = f"{values.get(name, 0):g}"
    path = values.get("path") or f"/consents/{values['consent_id']}"
    return Said(title % places, tuple(sentence % places for sentence in sentences), act, path, advice)


_WRITERS: Mapping[str, Callable[[Mapping[str, Any], Tongue], Said]] = {
    "reminder": _reminder,
    "ending": _ending,
    "unusual": _unusual,
    "changed": _changed,
    "proposed": _proposed,
    "receipt": _receipt,
    "stopped": _stopped,
    "exposed": _exposed,
    "device": _device,
    "password": _password,
}
