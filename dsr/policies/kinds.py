"""Closed lists: kinds of rights, how much proof each may ask for, who may ask, units of periods."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    INFORM = "inform", _("be informed")
    CONFIRM = "confirm", _("confirmation whether data is held")
    ACCESS = "access", _("access")
    INSPECT = "inspect", _("inspection")
    COPY = "copy", _("copy")
    PORTABILITY = "portability", _("portability or transfer")
    ACCOUNTING = "accounting", _("accounting of disclosures")
    RECTIFY = "rectify", _("correction")
    AMEND = "amend", _("amendment of a record")
    ERASE = "erase", _("erasure")
    DELETE_ACCOUNT = "delete_account", _("deletion of an account")
    DELETE_CHILD = "delete_child", _("deletion of a child's data")
    DEACTIVATE = "deactivate", _("deactivation")
    RESTRICT = "restrict", _("restriction")
    OBJECT = "object", _("objection")
    AUTOMATED_DECISION = "automated_decision", _("no automated decision")
    CONFIDENTIAL = "confidential", _("confidential communications")
    PAPER_COPY = "paper_copy", _("paper copy of the notice")
    WITHDRAW_CONSENT = "withdraw_consent", _("withdrawal of consent")
    REVOKE_AUTHORISATION = "revoke_authorisation", _("revocation of an authorisation")
    MARKETING_OPT_OUT = "marketing_opt_out", _("no more marketing")
    SALE_OPT_OUT = "sale_opt_out", _("no sale or sharing")
    LIMIT_USE = "limit_use", _("limit the use of sensitive data")
    PHONE_OPT_OUT = "phone_opt_out", _("no more calls or text messages")
    EXPLAIN_DECISION = "explain_decision", _("explanation of an automated decision")
    AUTOMATED_OPT_OUT = "automated_opt_out", _("opt-out of automated decisions")
    APPEAL = "appeal", _("appeal against a decision")
    OBJECT_TO_CHANGE = "object_to_change", _("objection to a changed policy")
    PARENTAL_CONSENT = "parental_consent", _("a parent's consent")
    LOST_CONTACT = "lost_contact", _("lost or stolen contact data")
    REPORT_CHILD = "report_child", _("report about a child")
    COMPLAINT = "complaint", _("complaint")


# Never without a check of identity: what lets data out, changes it or destroys it.
PROVEN = frozenset(
    {
        Kind.INFORM,
        Kind.CONFIRM,
        Kind.ACCESS,
        Kind.INSPECT,
        Kind.COPY,
        Kind.PORTABILITY,
        Kind.ACCOUNTING,
        Kind.RECTIFY,
        Kind.AMEND,
        Kind.ERASE,
        Kind.DELETE_ACCOUNT,
        Kind.DELETE_CHILD,
        Kind.DEACTIVATE,
        Kind.EXPLAIN_DECISION,
    }
)

# Hands over the record itself: answered to somebody of whom one is very sure, unless the
# organisation lowers that by a rule, which says who did and why (promise A1).
HANDS_OVER = frozenset({Kind.ACCESS, Kind.INSPECT, Kind.COPY, Kind.PORTABILITY})

# Granted, the person has something in hand: an answer that says so and gives nothing is none.
GIVES = HANDS_OVER | {Kind.ACCOUNTING, Kind.INFORM, Kind.PAPER_COPY, Kind.EXPLAIN_DECISION}

# Never more than what finds the record: nothing is lost if a stranger asked.
LIGHT = frozenset(
    {
        Kind.CONFIDENTIAL,
        Kind.PAPER_COPY,
        Kind.WITHDRAW_CONSENT,
        Kind.REVOKE_AUTHORISATION,
        Kind.MARKETING_OPT_OUT,
        Kind.SALE_OPT_OUT,
        Kind.LIMIT_USE,
        Kind.PHONE_OPT_OUT,
        Kind.AUTOMATED_OPT_OUT,
        Kind.OBJECT_TO_CHANGE,
        Kind.REPORT_CHILD,
        Kind.COMPLAINT,
    }
)

# Who verified does not approve: what lets health data out, and what destroys it (promise A8).
# Correction and amendment are missing: they do neither.
FOUR_EYES = frozenset(
    {
        Kind.INFORM,
        Kind.CONFIRM,
        Kind.ACCESS,
        Kind.INSPECT,
        Kind.COPY,
        Kind.PORTABILITY,
        Kind.ACCOUNTING,
        Kind.ERASE,
        Kind.DELETE_ACCOUNT,
        Kind.DELETE_CHILD,
        Kind.DEACTIVATE,
        Kind.EXPLAIN_DECISION,
    }
)


# What one need has several doors for: who wants the one is helped by the other.
NEEDS = (
    frozenset({Kind.ACCESS, Kind.INSPECT, Kind.COPY}),
    frozenset({Kind.INFORM, Kind.CONFIRM}),
    frozenset({Kind.RECTIFY, Kind.AMEND}),
    frozenset(
        {Kind.ERASE, Kind.DELETE_ACCOUNT, Kind.DELETE_CHILD, Kind.DEACTIVATE, Kind.REPORT_CHILD}
    ),
    frozenset({Kind.WITHDRAW_CONSENT, Kind.REVOKE_AUTHORISATION, Kind.PARENTAL_CONSENT}),
    frozenset({Kind.MARKETING_OPT_OUT, Kind.PHONE_OPT_OUT}),
    frozenset({Kind.AUTOMATED_DECISION, Kind.AUTOMATED_OPT_OUT, Kind.EXPLAIN_DECISION}),
)


def need_of(kind: str) -> frozenset[str]:
    """The kinds of rights that serve the same need, `kind` among them."""
    return next((need for need in NEEDS if kind in need), frozenset({kind}))


# Who asks for these may have somebody to hide it from.
IN_CONFIDENCE = frozenset({Kind.CONFIDENTIAL, Kind.LOST_CONTACT})


class MayWrite(models.TextChoices):
    """What somebody said about being written to; empty where nobody had to be asked."""

    EMAIL = "email", _("by e-mail")
    POST = "post", _("by letter")
    NONE = "none", _("not at all")


class Asker(models.TextChoices):
    """In which role somebody may ask."""

    SUBJECT = "subject", _("the person concerned")
    MINOR = "minor_13_17", _("a minor between 13 and 17")
    PARENT = "parent", _("a parent")
    GUARDIAN = "guardian", _("a legal guardian")
    AGENT = "agent", _("an authorised agent")
    HEIR = "heir", _("an heir or partner of somebody who died")
    DOCTOR = "doctor", _("a doctor whom the person named")
    THIRD_PARTY = "third_party", _("somebody else")


class Audience(models.TextChoices):
    """For whom a right is."""

    ANYONE = "anyone", _("anyone")
    USERS = "users", _("users of the services")
    EU_RESIDENT = "eu_resident", _("residents of the European Union")
    UK_RESIDENT = "uk_resident", _("residents of the United Kingdom")
    CALIFORNIA_RESIDENT = "california_resident", _("residents of California")
    WASHINGTON_RESIDENT = "washington_resident", _("residents of Washington")
    US_RESIDENT = "us_resident", _("residents of the United States")
    MINORS = "minors", _("minors, their parents and guardians")


class Cost(models.TextChoices):
    """What asking costs, as far as the text says it."""

    FREE = "free", _("free")
    MAY_COST = "may_cost", _("may cost")


class Level(models.IntegerChoices):
    """How sure the organisation must be of who is asking."""

    NONE = 0, _("no check")
    LOCATE = 1, _("enough to find the record")
    REASONABLE = 2, _("reasonably sure")
    HIGH = 3, _("very sure")


class Checked(models.TextChoices):
    """How far the source of a statement about the law was checked."""

    READ = "read", _("the text was read")
    SECONDARY = "secondary", _("read in a report about it")
    REMEMBERED = "remembered", _("from memory, not read again")


UNITS = [
    ("hour", _("hours")),
    ("day", _("days")),
    ("business_day", _("working days")),
    ("week", _("weeks")),
    ("month", _("months")),
    ("year", _("years")),
]
PERIOD_UNITS = [code for code, _label in UNITS]
