"""The closed lists a request is described with: states, outcomes, grounds, kinds of evidence.

They are stored in clear and shown in history, so none of them may carry anything a person typed.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from dsr.policies.kinds import Asker


# Overdue and due soon are not among them: they follow from a date and a day (questions).
class Status(TextChoices):
    """Where a request stands."""

    RECEIVED = "received", _("Received")
    PROVING_IDENTITY = "proving_identity", _("Identity being proved")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting for the requester")
    IN_REVIEW = "in_review", _("In review by a second person")
    DECIDED = "decided", _("Decided")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")
    FROZEN = "frozen", _("Frozen")
    OUT_OF_SCOPE = "out_of_scope", _("Out of scope")
    FORWARDED = "forwarded", _("Forwarded")


# Frozen is open: while doubts are cleared up the clocks run on (promise A5).
OPEN = (
    Status.RECEIVED,
    Status.PROVING_IDENTITY,
    Status.IN_PROGRESS,
    Status.WAITING,
    Status.IN_REVIEW,
    Status.DECIDED,
    Status.FROZEN,
)
UNDECIDED = (
    Status.RECEIVED,
    Status.PROVING_IDENTITY,
    Status.IN_PROGRESS,
    Status.WAITING,
    Status.IN_REVIEW,
)
ENDED = (
    Status.CLOSED,
    Status.WITHDRAWN,
    Status.LAPSED,
    Status.OUT_OF_SCOPE,
    Status.FORWARDED,
)


class Outcome(TextChoices):
    """What was decided; a column beside the status."""

    GRANTED = "granted", _("Granted")
    PARTLY_GRANTED = "partly_granted", _("Partly granted")
    REFUSED = "refused", _("Refused")
    # No refusal, but an answer that tells whether somebody is known: it needs proof as well.
    NOTHING_HELD = "nothing_held", _("Nothing held")


# In whole or in part: both owe the person reasons, and both in the first month.
# (GDPR Art. 12(4); EDPB Guidelines 01/2022, paras. 157 and 193)
REFUSING = (Outcome.REFUSED, Outcome.PARTLY_GRANTED)


class Given(TextChoices):
    """In what the data are, where an answer says that they are given."""

    FILES = "files", _("In the files that go with the answer")
    TEXT = "text", _("In the text of the answer itself: it is all there")
    INSPECTION = "inspection", _("By looking at the record, on the day that the answer names")
    BEFORE = "before", _("By another way already, with proof of the day")


class Ground(TextChoices):
    """Why a request was refused, wholly or in part.

    A right's own exceptions (from its policy) are grounds too, written ``exception:<code>``.
    """

    IDENTITY_NOT_PROVED = "identity_not_proved", _("Identity could not be proved")
    AUTHORITY_NOT_PROVED = "authority_not_proved", _("Authority to act was not proved")
    UNFOUNDED = "manifestly_unfounded", _("Manifestly unfounded")
    EXCESSIVE = "excessive", _("Excessive, in particular repetitive")
    RIGHTS_OF_OTHERS = "rights_of_others", _("Would harm the rights of others")
    LEGAL_OBLIGATION = "legal_obligation", _("A legal obligation stands against it")
    LEGAL_CLAIMS = "legal_claims", _("Needed for legal claims")
    ACCURATE = "accurate_and_complete", _("The data are accurate and complete")
    NOT_REASONABLE = "not_reasonable", _("Not a reasonable way or place of contact")
    CONDITIONS_NOT_MET = "conditions_not_met", _("The conditions of the right are not met")


class Ending(TextChoices):
    """How a request ends against the wish of who asks, and without an answer; as its status."""

    OUT_OF_SCOPE = Status.OUT_OF_SCOPE.value, _("Out of scope")
    FORWARDED = Status.FORWARDED.value, _("Forwarded to who can answer")
    LAPSED = Status.LAPSED.value, _("Lapsed without a reply")


class EndingGround(TextChoices):
    """Why a request ends so; like a ground of refusal, it goes on record."""

    NOT_COVERED = "not_covered", _("The right does not reach what is asked")
    NOT_OURS = "another_organisation", _("Another organisation is responsible")
    NOT_HERE = "another_office", _("Another office of the organisation is responsible")
    NO_REPLY = "no_reply", _("What was asked of the requester was not answered")
    NO_PROOF = "no_proof", _("The proof of identity or authority did not come")


GROUNDS_OF_ENDING: dict[str, tuple[EndingGround, ...]] = {
    Ending.OUT_OF_SCOPE: (EndingGround.NOT_COVERED, EndingGround.NOT_OURS),
    Ending.FORWARDED: (EndingGround.NOT_OURS, EndingGround.NOT_HERE),
    Ending.LAPSED: (EndingGround.NO_REPLY, EndingGround.NO_PROOF),
}
# From where each can be: lapsing follows an unanswered question, the others come before a decision.
ENDING_FROM: dict[str, tuple[Status, ...]] = {
    Ending.OUT_OF_SCOPE: (Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS),
    Ending.FORWARDED: (Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS),
    Ending.LAPSED: (Status.WAITING, Status.PROVING_IDENTITY),
}


# Grounds that may be given to somebody whose identity is not proved: silent on what is held.
SAFE_GROUNDS = frozenset(
    {Ground.IDENTITY_NOT_PROVED, Ground.AUTHORITY_NOT_PROVED, Ground.UNFOUNDED, Ground.EXCESSIVE}
)


class Channel(TextChoices):
    """How a request or a reply arrived."""

    FORM = "form", _("Form on this site")
    POST = "post", _("Letter")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Telephone")
    IN_PERSON = "in_person", _("In person")
    WEB = "web", _("Another website")


class EvidenceKind(TextChoices):
    """What can speak for an identity. Secret questions prove nothing and are not here."""

    MATCHED_DATA = "matched_data", _("A detail matched what we hold")
    # Proves nothing alone, but only what was sent there counts as a code (promise A3).
    CONTACT_ON_RECORD = "contact_on_record", _("Contact on record before the request")
    CODE_TO_CONTACT = "code_to_contact", _("Code sent to the contact on record came back")
    LOGIN_HELD = "login_held", _("Asked from an account already held")
    AT_COUNTER = "at_counter", _("Seen in person")
    BY_VIDEO = "by_video", _("Seen by video")
    VOUCHED = "vouched", _("Vouched for by a clinician or department")
    SIGNED_DECLARATION = "signed_declaration", _("Signed declaration")
    ID_DOCUMENT = "id_document", _("Identity document")
    NO_DOUBT = "no_reasonable_doubt", _("No reasonable doubt, because …")


class Detail(TextChoices):
    """A field of a record that what somebody told can be compared with; each counts once."""

    FAMILY_NAME = "family_name", _("Family name")
    GIVEN_NAME = "given_name", _("Given name")
    BIRTH_DATE = "birth_date", _("Date of birth")
    POSTAL_ADDRESS = "postal_address", _("Postal address")
    EARLIER_ADDRESS = "earlier_address", _("An earlier postal address")
    PHONE = "phone", _("Telephone number")
    EMAIL = "email", _("E-mail address")
    INSURANCE_NUMBER = "insurance_number", _("Insurance number")
    PATIENT_NUMBER = "patient_number", _("Patient or customer number")
    USER_NAME = "user_name", _("User name of an account")
    VISIT_DATE = "visit_date", _("Date of a visit or order")
    CLINICIAN = "clinician", _("Treating clinician or department")
    INVOICE = "invoice", _("Invoice or payment")


# They find possible matches and never the person: thousands share a name, many of them a birthday
# as well, and both are known to whoever knows somebody (promise A11).
POSSIBLE_MATCHES = frozenset({Detail.FAMILY_NAME, Detail.GIVEN_NAME, Detail.BIRTH_DATE})


class RecordSource(TextChoices):
    """Which of our own records something was compared with; never what came with the request."""

    PATIENT_FILE = "patient_file", _("Patient file")
    APPOINTMENTS = "appointments", _("Appointments")
    BILLING = "billing", _("Billing")
    ACCOUNT = "account", _("User account")
    CORRESPONDENCE = "correspondence", _("Correspondence before the request")
    PAPER_ARCHIVE = "paper_archive", _("Archive on paper")
    OTHER_RECORD = "other_record", _("Another record that we keep")


class AuthorityKind(TextChoices):
    """What can show that somebody may act for another."""

    BIRTH_CERTIFICATE = "birth_certificate", _("Birth certificate")
    COURT_ORDER = "court_order", _("Order of a court")
    POWER_OF_ATTORNEY = "power_of_attorney", _("Power of attorney")
    MANDATE = "mandate", _("Mandate signed by the person")
    DEATH_CERTIFICATE = "death_certificate", _("Death certificate")
    INHERITANCE = "inheritance", _("Certificate of inheritance")


class Scope(TextChoices):
    """How far an authority reaches, as its own text says."""

    EVERYTHING = "everything", _("All matters of the person")
    HEALTH = "health", _("Health and its records")
    PERSONAL_DATA = "personal_data", _("Requests about personal data")
    THIS_REQUEST = "this_request", _("This request")
    OTHER = "other", _("Other matters, and not this request")


class About(TextChoices):
    """What a piece of evidence speaks for; authority is proved apart from identity."""

    IDENTITY = "identity", _("Identity")
    AUTHORITY = "authority", _("Authority to act")


# Who asks in these roles acts for another person: that authority is proved apart from identity.
ACTS_FOR_ANOTHER = frozenset({Asker.PARENT, Asker.GUARDIAN, Asker.AGENT, Asker.HEIR, Asker.DOCTOR})

# What proves the authority of each role: of every group one.
AUTHORITY_OF: dict[str, tuple[tuple[AuthorityKind, ...], ...]] = {
    Asker.PARENT: ((AuthorityKind.BIRTH_CERTIFICATE, AuthorityKind.COURT_ORDER),),
    Asker.GUARDIAN: ((AuthorityKind.COURT_ORDER,),),
    Asker.AGENT: (
        (AuthorityKind.POWER_OF_ATTORNEY, AuthorityKind.MANDATE, AuthorityKind.COURT_ORDER),
    ),
    Asker.DOCTOR: ((AuthorityKind.MANDATE, AuthorityKind.POWER_OF_ATTORNEY),),
    # A partner is no heir: the person may have left a mandate, or a court may have decided.
    Asker.HEIR: (
        (AuthorityKind.DEATH_CERTIFICATE,),
        (AuthorityKind.INHERITANCE, AuthorityKind.MANDATE, AuthorityKind.COURT_ORDER),
    ),
}
# They reach as far as they say; a certificate says what somebody is.
SCOPED = frozenset(
    {AuthorityKind.COURT_ORDER, AuthorityKind.POWER_OF_ATTORNEY, AuthorityKind.MANDATE}
)


class DeadlineStatus(TextChoices):
    """The life of one deadline; only deeds move it."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


class Duty(TextChoices):
    """What a deadline is for."""

    RESPOND = "respond", _("Answer")
    # At once, without a number (GDPR Art. 21(3), 7(3)): measured, and never extended or paused.
    STOP = "stop", _("Stop the use at once")
    ACKNOWLEDGE = "acknowledge", _("Acknowledge receipt")
    REFUSE = "refuse", _("Tell of a refusal")
    EXTENSION_NOTICE = "extension_notice", _("Announce an extension")
    OPT_OUT = "opt_out", _("Stop the use")
    APPEAL = "appeal", _("Answer an appeal")
    PROGRESS = "progress", _("Tell of the progress")
    REVIEW = "review", _("Have the refusal reviewed")
    # A part that had been held back, due when the hold ends.
    SUPPLEMENT = "supplement", _("Give what was held back")
    # What a law asks for after something was found out, counted from then.
    FOLLOW_UP = "follow_up", _("Follow up a finding")
    # No limit: a day before which nothing may happen, so nobody is reminded and none is late.
    NOT_BEFORE = "not_before", _("Not before")


class SetBy(TextChoices):
    """Who set a deadline."""

    POLICY = "policy", _("The policy")
    # A promise of the organisation to itself, shown as such and never as law.
    TARGET = "target", _("The organisation’s own target")
    LAW = "law", _("The law")
    ORDER = "order", _("An order of a court or authority")


class PauseReason(TextChoices):
    """Why a deadline may be paused, where its rule admits it."""

    IDENTITY = "identity", _("Identity in doubt")
    CLARIFICATION = "clarification", _("Clarification asked")
    FEE = "fee", _("Fee awaited")


class ExtensionReason(TextChoices):
    """Why more time may be taken, where the rule of the deadline admits it."""

    COMPLEXITY = "complexity", _("Complexity of the request")
    NUMBER = "number", _("Number of requests")
    COMPLEXITY_AND_NUMBER = "complexity_and_number", _("Complexity and number of requests")
    OFF_SITE = "other", _("Another reason that is explained")


class FeeGround(TextChoices):
    """Why a fee may be asked; a first copy is free under the GDPR, also against national law."""

    AT_COST = "at_cost", _("At cost, as a law allows it for what is asked")
    FURTHER_COPY = "further_copy", _("A further copy of the same")
    UNFOUNDED = "manifestly_unfounded", _("Manifestly unfounded")
    EXCESSIVE = "excessive", _("Excessive, in particular repetitive")
    POLICY = "policy", _("The policy says that a fee may be charged")


class FeePart(TextChoices):
    """What a fee can be for, as the laws name it."""

    COPYING = "copying", _("Labour of copying")
    SUPPLIES = "supplies", _("Supplies: paper, a medium")
    POSTAGE = "postage", _("Postage")
    SUMMARY = "summary", _("A summary that was agreed to beforehand")
    PREPARING = "preparing", _("Administrative costs of the answer")
    SEARCH = "search", _("Search and retrieval")


class FeeStatus(TextChoices):
    """What became of a fee that was offered."""

    OFFERED = "offered", _("Waits for the requester")
    ACCEPTED = "accepted", _("The requester said yes")
    NARROWED = "narrowed", _("The requester asks for less")
    WITHDRAWN = "withdrawn", _("The request was withdrawn")
    PAID = "paid", _("Paid")
    WAIVED = "waived", _("Waived")


class RecordAge(TextChoices):
    """How old the record is on the day of the request; exactly five years is not older."""

    YOUNGER = "younger", _("Five years or younger")
    OLDER = "older", _("Older than five years")
    BOTH = "both", _("Parts of both")


class Ended(TextChoices):
    """Why a private link or session ended before its time."""

    CONTACT = "contact", _("the contact was changed")
    STOLEN = "stolen", _("the contact is in wrong hands")
    UNPROVED = "unproved", _("the proof of the contact was struck")
    FROZEN = "frozen", _("the request was frozen")
    NOT_ME = "not_me", _("the contact on record said that this was not them")
    UNFROZEN = "unfrozen", _("the request was released again")
    STAFF = "staff", _("closed by the desk")
    REQUESTER = "requester", _("closed by the requester")
    NEWER = "newer", _("a newer link took its place")


class ContactProofKind(TextChoices):
    """What can speak for a contact being the person's own (promise A 3).

    What the requester tells about themselves is not among them: who knows the details of another
    gives an address of their own.
    """

    ON_RECORD = "on_record", _("It stood in our records before the request")
    THROUGH_RECORD = "through_record", _("Confirmed through a contact on record")
    IN_PERSON = "in_person", _("Given in person, with the identity seen")
    ON_DOCUMENT = "on_document", _("It stands on the document that proved the identity")


class CodeWay(TextChoices):
    """How a code for reading goes to the person."""

    MAIL = "mail", _("by mail")
    LETTER = "letter", _("by letter")
    COUNTER = "counter", _("told at the counter")


class Read(TextChoices):
    """What a requester did with what was released."""

    PAGE = "page", _("read on the page")
    LETTER = "letter", _("downloaded as a letter")
    FILE = "file", _("downloaded as a file of the answer")


class OpinionKind(TextChoices):
    """What a health professional is asked."""

    OPINION = "opinion", _("Whether a ground applies")
    REVIEW = "review", _("Review of a refusal")


class Verdict(TextChoices):
    """What she signed."""

    SUPPORTS = "supports", _("The ground applies")
    NONE = "none", _("None of the grounds applies")
    UPHELD = "upheld", _("The refusal stands")
    OVERTURNED = "overturned", _("The refusal does not stand")


class FindingEnd(TextChoices):
    """How something ended that was found out and began a duty."""

    DONE = "done", _("It was done")
    NOT_ASKED = "not_asked", _("The law does not ask for it here")


class LinkState(TextChoices):
    """How the link to a question stands; told only to who holds it, and to staff."""

    OPEN = "open", _("Waits for her")
    STOPPED = "stopped", _("Stopped for a check")
    USED = "used", _("Signed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
