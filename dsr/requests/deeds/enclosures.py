"""Files are added to the answer that is being prepared, and taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts.roles import Permission
from dsr.requests import enclosures
from dsr.requests.errors import BadInput
from dsr.requests.file_words import with_files
from dsr.requests.forms import OutgoingFilesField
from dsr.requests.models import Enclosure
from dsr.requests.states import Status
from dsr.vault.models import KeyPurpose
from dsr.vault.outgoing import OutgoingFile
from dsr.vault.services import store_file

from .declaration import Place, deed
from .doing import Doing
from .inputs import from_address, typed

# Until it is proposed: what a second person looks at, and what was decided, is not changed.
PREPARING = (Status.RECEIVED, Status.PROVING_IDENTITY, Status.IN_PROGRESS, Status.WAITING)
MOST = 40
FILES_HELP = gettext_lazy(
    "PDF, pictures, text, CSV, JSON, XML, ZIP and office documents; at most ten files and 100 MB "
    "at once. They go out as they are: look into each for data of other people."
)


@dataclass(frozen=True, slots=True)
class Files:
    """The files, checked."""

    files: Sequence[OutgoingFile] = typed(
        OutgoingFilesField,
        label=gettext_lazy("Files for the answer"),
        help_text=FILES_HELP,
        error_messages={"required": gettext_lazy("Choose the files.")},
    )


@deed(
    "enclose",
    gettext_lazy("Add files to the answer"),
    permissions=(Permission.WORK,),
    states=PREPARING,
    lead=gettext_lazy(
        "They are sealed here, opened by whoever approves, and given to the requester with the "
        "answer, after a code. Nothing leaves before the answer is sent."
    ),
    done=gettext_lazy("The files are added to the answer."),
    history=lambda facts, names: with_files(_("Files were added to the answer"), facts, names),
    shows=("enclosures",),
)
def enclose(doing: Doing, given: Files) -> None:
    """Seal files that go out with the answer."""
    if not given.files:
        raise BadInput({"files": _("Choose the files.")})
    keep(doing, given.files)


def keep(doing: Doing, files: Sequence[OutgoingFile]) -> None:
    """Seal and enclose; a line of its own says which where the deed is another."""
    subject_request = doing.subject_request
    if enclosures.standing(subject_request).count() + len(files) > MOST:
        sentence = _("An answer takes at most forty files. Put them together into a ZIP file.")
        raise BadInput({"files": sentence})
    kept = [_sealed(doing, each) for each in files]
    if kept:
        doing.facts["enclosures"] = [each.pk for each in kept]
        doing.facts["files"] = [each.file_id for each in kept]


def _sealed(doing: Doing, file: OutgoingFile) -> Enclosure:
    safe = doing.subject_request.safe
    stored = store_file(
        safe,
        name=file.name,
        content=file.content,
        content_type=file.content_type,
        # Of the content: a copy of somebody's data goes when the request is erased.
        purpose=KeyPurpose.CONTENT,
        at=doing.at,
        scan=file.scan,
    )
    made = Enclosure(
        safe=safe,
        subject_request=doing.subject_request,
        file=stored,
        pages=file.pages,
        added_by=doing.user,
        added_at=doing.at,
    )
    made.seal(sha256=file.sha256)
    made.save()
    return made


@dataclass(frozen=True, slots=True)
class Removal:
    """Which file, by the number of its row."""

    enclosure_id: int = from_address()


@deed(
    "remove_enclosure",
    gettext_lazy("Take a file out of the answer"),
    permissions=(Permission.WORK,),
    states=PREPARING,
    address="enclosures/<int:enclosure_id>/remove",
    lead=gettext_lazy("The file is deleted here. That it was there stays in the history."),
    done=gettext_lazy("The file is taken out."),
    button=gettext_lazy("Take it out"),
    warning=True,
    history=lambda facts, names: with_files(_("A file was taken out of the answer"), facts, names),
    place=Place.ELSEWHERE,
    shows=("enclosure",),
)
def remove_enclosure(doing: Doing, given: Removal) -> None:
    """A file that shall not go out: the wrong one, or one that was replaced."""
    # Through the request: the number in the address may be of another one.
    found = enclosures.standing(doing.subject_request).filter(pk=given.enclosure_id).first()
    if found is None or found.file is None:
        raise BadInput({"enclosure": _("This file is no longer among those of the answer.")})
    file, found.file, found.removed_at = found.file, None, doing.at
    # Asked now: a row that was deleted has no number.
    number = file.pk
    found.save()
    # Deleted and not kept: it may hold data of somebody else.
    file.delete()
    doing.facts |= {"enclosure": found.pk, "file": number}
