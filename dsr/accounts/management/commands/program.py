"""Programs that act for an organisation, from the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dsr.accounts import programs
from dsr.accounts.models import Program, User
from dsr.accounts.roles import FOR_PROGRAMS
from dsr.accounts.services import AccountsError
from dsr.policies.models import Organisation


class Command(BaseCommand):
    help = "Makes, renews and revokes the credentials of programs; a token is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        create = what.add_parser("create", help="a new program; prints its token")
        create.add_argument("organisation", help="short name of the organisation")
        create.add_argument("name")
        create.add_argument(
            "--may", nargs="+", required=True, choices=sorted(FOR_PROGRAMS), metavar="PERMISSION"
        )
        rotate = what.add_parser("rotate", help="a new token in place of the old; prints it")
        revoke = what.add_parser("revoke", help="it may do nothing more")
        for known in (rotate, revoke):
            known.add_argument("prefix", help="the eight characters after dsr_ in its token")
        for dated in (create, rotate):
            dated.add_argument("--days", type=int, default=programs.VALID_DAYS)
        for changing in (create, rotate, revoke):
            changing.add_argument("--by", required=True, help="address of who does this")
        what.add_parser("list", help="every program, without its token")

    def handle(self, *args: Any, **options: Any) -> None:
        do = {"create": _create, "rotate": _rotate, "revoke": _revoke, "list": _list}
        try:
            said = do[options["what"]](options)
        except AccountsError as error:
            raise CommandError(str(error)) from error
        if said:
            self.stdout.write(said)


def _create(options: dict[str, Any]) -> str:
    slug = options["organisation"]
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise CommandError(f"There is no organisation {slug}.")
    _program, token = programs.make_program(
        organisation,
        options["name"],
        options["may"],
        by=_person(options),
        at=timezone.now(),
        days=options["days"],
    )
    return token


def _rotate(options: dict[str, Any]) -> str:
    by, days = _person(options), options["days"]
    return programs.rotate(_known(options), by=by, at=timezone.now(), days=days)


def _revoke(options: dict[str, Any]) -> str:
    programs.revoke(_known(options), by=_person(options), at=timezone.now())
    return ""


def _list(options: dict[str, Any]) -> str:
    rows = Program.objects.select_related("organisation").order_by("organisation__slug", "name")
    return "\n".join(_told(each) for each in rows)


def _told(program: Program) -> str:
    end = (
        f"revoked {program.revoked_at:%Y-%m-%d}"
        if program.revoked_at
        else f"until {program.expires_at:%Y-%m-%d}"
    )
    used = f"used {program.last_used_at:%Y-%m-%d %H:%M}" if program.last_used_at else "never used"
    may = " ".join(program.permissions)
    return f"{program.prefix}  {program.organisation.slug}  {program.name}: {may}; {end}; {used}"


def _person(options: dict[str, Any]) -> User:
    """History names a person: who has the command line names themselves."""
    person = User.objects.with_address(options["by"])
    if person is None:
        raise CommandError("Nobody has an account with this address.")
    return person


def _known(options: dict[str, Any]) -> Program:
    program = Program.objects.filter(prefix=options["prefix"]).first()
    if program is None:
        raise CommandError("No program has a token with this prefix.")
    return program
