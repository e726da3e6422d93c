import datetime
import uuid

import django.core.validators
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce

import dsr.vault.fields

OPEN = (
    *("received", "proving_identity", "in_progress", "waiting"),
    *("in_review", "decided", "frozen"),
)
# The order of the queue, which an index has.
DUE_FIRST = (
    models.Case(
        models.When(answered_on=None, kept_ready_on=None, status__in=OPEN, then=models.Value(0)),
        default=models.Value(1),
    ),
    Coalesce("due_on", models.Value(datetime.date.max)),
    models.F("received_on"),
    models.F("id"),
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("policies", "0002_locks"),
        ("vault", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailThrottle",
            fields=[
                ("address", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("next_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("respond", "Answer"),
                            ("stop", "Stop the use at once"),
                            ("acknowledge", "Acknowledge receipt"),
                            ("refuse", "Tell of a refusal"),
                            ("extension_notice", "Announce an extension"),
                            ("opt_out", "Stop the use"),
                            ("appeal", "Answer an appeal"),
                            ("progress", "Tell of the progress"),
                            ("supplement", "Give what was held back"),
                            ("not_before", "Not before"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "set_by",
                    models.CharField(
                        choices=[
                            ("policy", "The policy"),
                            ("target", "The organisation’s own target"),
                            ("law", "The law"),
                            ("order", "An order of a court or authority"),
                        ],
                        max_length=10,
                    ),
                ),
                ("regime", models.CharField(blank=True, max_length=40)),
                ("code", models.CharField(max_length=60)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("label", models.CharField(blank=True, max_length=200)),
                ("source", models.CharField(max_length=300)),
                ("checked", models.CharField(default="read", max_length=12)),
                ("rule", models.JSONField()),
                ("pauses_admitted", models.JSONField(blank=True, default=dict)),
                ("extension_rule", models.JSONField(blank=True, null=True)),
                ("calendar_version", models.PositiveIntegerField()),
                ("calendar_codes", models.JSONField(blank=True, null=True)),
                ("started_on", models.DateField()),
                ("due_on", models.DateField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("would_be_on", models.DateField(blank=True, null=True)),
                ("notice_by", models.DateField(blank=True, null=True)),
                ("governing", models.BooleanField(default=False)),
                ("moved_along", models.IntegerField(default=0)),
                ("undelivered", models.BooleanField(default=False)),
                ("trace", models.JSONField(default=list)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("met", "Met"),
                            ("missed", "Missed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=50,
                        protected=True,
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("computed_at", models.DateTimeField()),
                ("remind_on", models.DateField(blank=True, null=True)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.workingcalendar",
                    ),
                ),
            ],
            options={
                "ordering": ["-governing", "due_on", "pk"],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("amount", models.PositiveSmallIntegerField()),
                ("unit", models.CharField(max_length=14)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("complexity", "Complexity of the request"),
                            ("number", "Number of requests"),
                            ("complexity_and_number", "Complexity and number of requests"),
                            ("other", "Another reason that is explained"),
                        ],
                        max_length=24,
                    ),
                ),
                ("explanation", dsr.vault.fields.SealedField(purpose="record")),
                ("stated", models.JSONField(blank=True, default=list)),
                ("notified_on", models.DateField(blank=True, null=True)),
                ("admitted", models.BooleanField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deadline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="extensions",
                        to="requests.deadline",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="IdentityRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=40)),
                ("channel", models.CharField(blank=True, max_length=12)),
                ("regime", models.CharField(blank=True, max_length=40)),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "no check"),
                            (1, "enough to find the record"),
                            (2, "reasonably sure"),
                            (3, "very sure"),
                        ]
                    ),
                ),
                ("why", models.CharField(max_length=300)),
                ("set_at", models.DateTimeField(editable=False)),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.organisation",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="identity_rule_says_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LimitCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bucket", models.CharField(max_length=64)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(db_index=True)),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("bucket", "starts_at"), name="limit_counted_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("authority", dsr.vault.fields.SealedField(purpose="record")),
                ("ordered_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deadline",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="order",
                        to="requests.deadline",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SubjectRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("reference", models.CharField(editable=False, max_length=12, unique=True)),
                ("kind", models.CharField(max_length=40)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("received", "Received"),
                            ("proving_identity", "Identity being proved"),
                            ("in_progress", "In progress"),
                            ("waiting", "Waiting for the requester"),
                            ("in_review", "In review by a second person"),
                            ("decided", "Decided"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                            ("frozen", "Frozen"),
                            ("out_of_scope", "Out of scope"),
                            ("forwarded", "Forwarded"),
                        ],
                        default="received",
                        max_length=50,
                        protected=True,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "Granted"),
                            ("partly_granted", "Partly granted"),
                            ("refused", "Refused"),
                            ("nothing_held", "Nothing held"),
                        ],
                        max_length=20,
                    ),
                ),
                ("ground", models.CharField(blank=True, max_length=80)),
                (
                    "frozen_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("received", "Received"),
                            ("proving_identity", "Identity being proved"),
                            ("in_progress", "In progress"),
                            ("waiting", "Waiting for the requester"),
                            ("in_review", "In review by a second person"),
                            ("decided", "Decided"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                            ("frozen", "Frozen"),
                            ("out_of_scope", "Out of scope"),
                            ("forwarded", "Forwarded"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "waiting_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("received", "Received"),
                            ("proving_identity", "Identity being proved"),
                            ("in_progress", "In progress"),
                            ("waiting", "Waiting for the requester"),
                            ("in_review", "In review by a second person"),
                            ("decided", "Decided"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                            ("frozen", "Frozen"),
                            ("out_of_scope", "Out of scope"),
                            ("forwarded", "Forwarded"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("form", "Form on this site"),
                            ("post", "Letter"),
                            ("email", "E-mail"),
                            ("phone", "Telephone"),
                            ("in_person", "In person"),
                            ("web", "Another website"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("subject", "the person concerned"),
                            ("minor_13_17", "a minor between 13 and 17"),
                            ("parent", "a parent"),
                            ("guardian", "a legal guardian"),
                            ("agent", "an authorised agent"),
                            ("heir", "an heir or partner of somebody who died"),
                            ("doctor", "a doctor whom the person named"),
                            ("third_party", "somebody else"),
                        ],
                        max_length=20,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("country", models.CharField(blank=True, max_length=6)),
                ("particulars", dsr.vault.fields.SealedField()),
                ("missing", models.JSONField(blank=True, default=list)),
                ("law_facts", models.JSONField(blank=True, default=dict)),
                ("wants_paper", models.BooleanField(default=False)),
                ("may_use_contact_held", models.BooleanField(default=False)),
                (
                    "may_write",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("email", "by e-mail"),
                            ("post", "by letter"),
                            ("none", "not at all"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "required_level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "no check"),
                            (1, "enough to find the record"),
                            (2, "reasonably sure"),
                            (3, "very sure"),
                        ]
                    ),
                ),
                (
                    "level_lowered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="requests.identityrule",
                    ),
                ),
                ("authority_contested_at", models.DateTimeField(blank=True, null=True)),
                ("two_people", models.BooleanField()),
                ("received_at", models.DateTimeField()),
                ("received_on", models.DateField()),
                ("due_on", models.DateField(blank=True, null=True)),
                ("due_is_aim", models.BooleanField(default=False)),
                ("answered_on", models.DateField(blank=True, null=True)),
                ("kept_ready_on", models.DateField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("group_key", models.UUIDField(blank=True, db_index=True, null=True)),
                ("submission_key", models.UUIDField(blank=True, null=True, unique=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("evidence_version", models.PositiveIntegerField(default=1)),
                ("demo", models.BooleanField(default=False)),
                ("to_check", models.BooleanField(default=False)),
                ("unread_since", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.department",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="policies.organisation",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="policies.right"
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
            ],
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name="StatusLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="requests.subjectrequest",
                    ),
                ),
                (
                    "ended_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("contact", "the contact was changed"),
                            ("stolen", "the contact is in wrong hands"),
                            ("unproved", "the proof of the contact was struck"),
                            ("frozen", "the request was frozen"),
                            ("not_me", "the contact on record said that this was not them"),
                            ("unfrozen", "the request was released again"),
                            ("staff", "closed by the desk"),
                            ("requester", "closed by the requester"),
                            ("newer", "a newer link took its place"),
                        ],
                        max_length=12,
                    ),
                ),
                ("replaces_others", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="RequestMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("question", "Question"),
                            ("identity", "Identity"),
                            ("notice", "Notice"),
                            ("answer", "Answer"),
                            ("reply", "Reply"),
                        ],
                        max_length=10,
                    ),
                ),
                ("from_requester", models.BooleanField(default=False)),
                ("body", dsr.vault.fields.SealedField()),
                ("at", models.DateTimeField()),
                ("happened_on", models.DateField()),
                ("on_paper", models.BooleanField(default=False)),
                ("posted_on", models.DateField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="requests.subjectrequest",
                    ),
                ),
                ("to_proved_only", models.BooleanField(default=False)),
                ("renewed_at", models.DateTimeField(blank=True, null=True)),
                ("kept_since", models.DateTimeField(blank=True, null=True)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("form", "Form on this site"),
                            ("post", "Letter"),
                            ("email", "E-mail"),
                            ("phone", "Telephone"),
                            ("in_person", "In person"),
                            ("web", "Another website"),
                        ],
                        max_length=12,
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("received_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("reason", dsr.vault.fields.SealedField(null=True, purpose="record")),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["received_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "part",
                    models.CharField(
                        choices=[("subject", "Subject"), ("requester", "Requester")], max_length=10
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("subject", "the person concerned"),
                            ("minor_13_17", "a minor between 13 and 17"),
                            ("parent", "a parent"),
                            ("guardian", "a legal guardian"),
                            ("agent", "an authorised agent"),
                            ("heir", "an heir or partner of somebody who died"),
                            ("doctor", "a doctor whom the person named"),
                            ("third_party", "somebody else"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", dsr.vault.fields.SealedField()),
                ("born_on", dsr.vault.fields.SealedField(null=True)),
                ("email", dsr.vault.fields.SealedField(null=True)),
                ("phone", dsr.vault.fields.SealedField(null=True)),
                ("postal_address", dsr.vault.fields.SealedField(null=True)),
                (
                    "contact_edited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="requests.subjectrequest",
                    ),
                ),
                ("email_stolen", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("identity", "Identity in doubt"),
                            ("clarification", "Clarification asked"),
                            ("fee", "Fee awaited"),
                        ],
                        max_length=16,
                    ),
                ),
                ("began_on", models.DateField()),
                ("told_on", models.DateField(blank=True, null=True)),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("in_vain", models.BooleanField(default=False)),
                ("doubt", dsr.vault.fields.SealedField(null=True, purpose="record")),
                ("doubt_recorded", models.BooleanField(default=False)),
                ("stated", models.JSONField(blank=True, default=list)),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["began_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("text", dsr.vault.fields.SealedField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "about",
                    models.CharField(
                        choices=[("identity", "Identity"), ("authority", "Authority to act")],
                        max_length=10,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("matched_data", "A detail matched what we hold"),
                            ("contact_on_record", "Contact on record before the request"),
                            ("code_to_contact", "Code sent to the contact on record came back"),
                            ("login_held", "Asked from an account already held"),
                            ("at_counter", "Seen in person"),
                            ("by_video", "Seen by video"),
                            ("vouched", "Vouched for by a clinician or department"),
                            ("signed_declaration", "Signed declaration"),
                            ("id_document", "Identity document"),
                            ("no_reasonable_doubt", "No reasonable doubt, because …"),
                            ("birth_certificate", "Birth certificate"),
                            ("court_order", "Order of a court"),
                            ("power_of_attorney", "Power of attorney"),
                            ("mandate", "Mandate signed by the person"),
                            ("death_certificate", "Death certificate"),
                            ("inheritance", "Certificate of inheritance"),
                        ],
                        max_length=24,
                    ),
                ),
                ("confirmed", models.BooleanField()),
                (
                    "detail",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("family_name", "Family name"),
                            ("given_name", "Given name"),
                            ("birth_date", "Date of birth"),
                            ("postal_address", "Postal address"),
                            ("earlier_address", "An earlier postal address"),
                            ("phone", "Telephone number"),
                            ("email", "E-mail address"),
                            ("insurance_number", "Insurance number"),
                            ("patient_number", "Patient or customer number"),
                            ("user_name", "User name of an account"),
                            ("visit_date", "Date of a visit or order"),
                            ("clinician", "Treating clinician or department"),
                            ("invoice", "Invoice or payment"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "compared_with",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("patient_file", "Patient file"),
                            ("appointments", "Appointments"),
                            ("billing", "Billing"),
                            ("account", "User account"),
                            ("correspondence", "Correspondence before the request"),
                            ("paper_archive", "Archive on paper"),
                            ("other_record", "Another record that we keep"),
                        ],
                        max_length=24,
                    ),
                ),
                ("unique", models.BooleanField(default=False)),
                (
                    "scope",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("everything", "All matters of the person"),
                            ("health", "Health and its records"),
                            ("personal_data", "Requests about personal data"),
                            ("this_request", "This request"),
                            ("other", "Other matters, and not this request"),
                        ],
                        max_length=16,
                    ),
                ),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("note", dsr.vault.fields.SealedField(null=True)),
                ("seen_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("seconded_at", models.DateTimeField(blank=True, null=True)),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "seconded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "struck_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "evidence",
                "ordering": ["recorded_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "detail__in",
                                    [
                                        "family_name",
                                        "given_name",
                                        "birth_date",
                                        "postal_address",
                                        "earlier_address",
                                        "phone",
                                        "email",
                                        "insurance_number",
                                        "patient_number",
                                        "user_name",
                                        "visit_date",
                                        "clinician",
                                        "invoice",
                                    ],
                                ),
                                ("kind", "matched_data"),
                            ),
                            models.Q(
                                models.Q(("kind", "matched_data"), _negated=True), ("detail", "")
                            ),
                            _connector="OR",
                        ),
                        name="evidence_matched_is_a_detail",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("about", "identity"),
                                (
                                    "kind__in",
                                    [
                                        "matched_data",
                                        "contact_on_record",
                                        "code_to_contact",
                                        "login_held",
                                        "at_counter",
                                        "by_video",
                                        "vouched",
                                        "signed_declaration",
                                        "id_document",
                                        "no_reasonable_doubt",
                                    ],
                                ),
                            ),
                            models.Q(
                                ("about", "authority"),
                                (
                                    "kind__in",
                                    [
                                        "birth_certificate",
                                        "court_order",
                                        "power_of_attorney",
                                        "mandate",
                                        "death_certificate",
                                        "inheritance",
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="evidence_kind_is_of_what_it_is_about",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("detail__in", ["", "birth_date", "family_name", "given_name"]),
                            ("unique", True),
                            _negated=True,
                        ),
                        name="evidence_name_is_not_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seconded_by", None),
                            models.Q(("seconded_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="evidence_second_is_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity_document",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identity_documents",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["added_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("destroyed_at", None)),
                        fields=["added_at"],
                        name="identity_document_kept",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("taken", "Taken"),
                            ("returned", "Returned"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("granted", "Granted"),
                            ("partly_granted", "Partly granted"),
                            ("refused", "Refused"),
                            ("nothing_held", "Nothing held"),
                        ],
                        blank=True,
                        max_length=20,
                    ),
                ),
                (
                    "ends_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("out_of_scope", "Out of scope"),
                            ("forwarded", "Forwarded to who can answer"),
                            ("lapsed", "Lapsed without a reply"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "proposed_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("received", "Received"),
                            ("proving_identity", "Identity being proved"),
                            ("in_progress", "In progress"),
                            ("waiting", "Waiting for the requester"),
                            ("in_review", "In review by a second person"),
                            ("decided", "Decided"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                            ("frozen", "Frozen"),
                            ("out_of_scope", "Out of scope"),
                            ("forwarded", "Forwarded"),
                        ],
                        max_length=20,
                    ),
                ),
                ("ground", models.CharField(blank=True, max_length=80)),
                ("answer", dsr.vault.fields.SealedField(purpose="record")),
                ("reasons", dsr.vault.fields.SealedField(purpose="record")),
                (
                    "given_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("files", "In the files that go with the answer"),
                            ("text", "In the text of the answer itself: it is all there"),
                            (
                                "inspection",
                                "By looking at the record, on the day that the answer names",
                            ),
                            ("before", "By another way already, with proof of the day"),
                        ],
                        max_length=12,
                    ),
                ),
                ("given_on", models.DateField(blank=True, null=True)),
                (
                    "given_proof",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                ("evidence_version", models.PositiveIntegerField()),
                ("rests_on", dsr.vault.fields.SealedField(purpose="record")),
                ("proposed_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("put_away_at", models.DateTimeField(blank=True, null=True)),
                ("named_by_proposer", models.BooleanField(default=False)),
                ("sole", models.BooleanField(default=False)),
                ("sole_reason", dsr.vault.fields.SealedField(null=True, purpose="record")),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "second_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["proposed_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="deadline",
            name="subject_request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deadlines",
                to="requests.subjectrequest",
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_requester", models.BooleanField(default=True)),
                (
                    "about",
                    models.CharField(
                        blank=True,
                        choices=[("identity", "Identity"), ("authority", "Authority to act")],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="WaitingForDigest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting_for_digest",
                        to="requests.subjectrequest",
                    ),
                ),
                (
                    "throttle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting",
                        to="requests.mailthrottle",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                *DUE_FIRST,
                condition=models.Q(("status__in", OPEN)),
                name="request_open_due",
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                models.F("organisation"),
                *DUE_FIRST,
                condition=models.Q(("status__in", OPEN)),
                name="request_open_due_of_house",
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(fields=["received_on", "id"], name="request_newest"),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                fields=["status", "received_on", "id"], name="request_newest_of_status"
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(fields=["kind", "received_on", "id"], name="request_newest_of_kind"),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                fields=["organisation", "received_on", "id"], name="request_newest_of_house"
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                fields=["organisation", "kind", "received_on", "id"], name="request_newest_of_both"
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                fields=["assignee", "received_on", "id"], name="request_newest_of_person"
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                condition=models.Q(("to_check", True)), fields=["id"], name="request_to_check"
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                condition=models.Q(("unread_since__isnull", False)),
                fields=["id"],
                name="request_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                condition=models.Q(("kept_ready_on__isnull", False)),
                fields=["id"],
                name="request_kept_ready",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.UniqueConstraint(fields=("safe",), name="request_safe_is_its_own"),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "received",
                            "proving_identity",
                            "in_progress",
                            "waiting",
                            "in_review",
                            "decided",
                            "closed",
                            "withdrawn",
                            "lapsed",
                            "frozen",
                            "out_of_scope",
                            "forwarded",
                        ],
                    )
                ),
                name="request_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["", "granted", "partly_granted", "refused", "nothing_held"])
                ),
                name="request_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "frozen"), _negated=True),
                    models.Q(("frozen_from", ""), _negated=True),
                    _connector="OR",
                ),
                name="request_frozen_knows_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["decided", "closed"]), _negated=True),
                    models.Q(("outcome", ""), _negated=True),
                    _connector="OR",
                ),
                name="request_decided_has_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                fields=("subject_request", "part"), name="person_once_a_part"
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on", None), ("ended_on__gte", models.F("began_on")), _connector="OR"
                ),
                name="pause_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None)),
                fields=("subject_request", "reason"),
                name="pause_one_open_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["proposed", "taken"])),
                fields=("subject_request",),
                name="decision_one_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", ""), ("ends_as", ""), _connector="XOR"),
                name="decision_answers_or_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_person", None),
                    models.Q(("second_person", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="decision_two_people_are_two",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["due_on"],
                name="deadline_running_due",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("status__in", ["running", "paused"])),
                fields=["remind_on"],
                name="deadline_to_remind",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.UniqueConstraint(
                fields=("subject_request", "code", "round"), name="deadline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("governing", True)),
                fields=("subject_request",),
                name="deadline_one_governs",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["running", "paused", "met", "missed", "cancelled"])
                ),
                name="deadline_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="waitingfordigest",
            constraint=models.UniqueConstraint(
                fields=("throttle", "subject_request"), name="waiting_once_for_a_digest"
            ),
        ),
        migrations.CreateModel(
            name="ReminderOwed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=12)),
                ("due_on", models.DateField()),
                ("day", models.DateField()),
                ("useful_until", models.DateField()),
                (
                    "deadline",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders_owed",
                        to="requests.deadline",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "reminders owed",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deadline", "step", "due_on"), name="reminderowed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactProof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("contact", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("on_record", "It stood in our records before the request"),
                            ("through_record", "Confirmed through a contact on record"),
                            ("in_person", "Given in person, with the identity seen"),
                            ("on_document", "It stands on the document that proved the identity"),
                        ],
                        max_length=20,
                    ),
                ),
                ("source", dsr.vault.fields.SealedField(purpose="record")),
                ("seen_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("struck_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_proofs",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="LostLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("typed", dsr.vault.fields.SealedField()),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PrivateSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("contact", "the contact was changed"),
                            ("stolen", "the contact is in wrong hands"),
                            ("unproved", "the proof of the contact was struck"),
                            ("frozen", "the request was frozen"),
                            ("not_me", "the contact on record said that this was not them"),
                            ("unfrozen", "the request was released again"),
                            ("staff", "closed by the desk"),
                            ("requester", "closed by the requester"),
                            ("newer", "a newer link took its place"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="requests.statuslink",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="private_sessions",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReadingCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("mail", "by mail"),
                            ("letter", "by letter"),
                            ("counter", "told at the counter"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code_hash", models.CharField(max_length=64)),
                ("code", dsr.vault.fields.SealedField(null=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="requests.privatesession",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reading_codes",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Enclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("sha256", dsr.vault.fields.SealedField(purpose="record")),
                ("pages", models.PositiveIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="requests.requestmessage",
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={"ordering": ["added_at", "pk"]},
        ),
        migrations.CreateModel(
            name="EnclosureOpened",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enclosure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="openings",
                        to="requests.enclosure",
                    ),
                ),
            ],
            options={"ordering": ["at", "pk"]},
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("page", "read on the page"),
                            ("letter", "downloaded as a letter"),
                            ("file", "downloaded as a file of the answer"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "enclosure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="requests.enclosure",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="requests.requestmessage",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="requests.privatesession",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "indexes": [models.Index(fields=["message", "what"], name="reading_counted")],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disputes",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DisputeDeadline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("met", "Met"),
                            ("missed", "Missed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=50,
                        protected=True,
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("remind_on", models.DateField(blank=True, null=True)),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deadlines",
                        to="requests.dispute",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name="DisputeReminderOwed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=12)),
                ("due_on", models.DateField()),
                ("day", models.DateField()),
                ("useful_until", models.DateField()),
                (
                    "deadline",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="requests.disputedeadline",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HeldContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("before_change", models.BooleanField(default=False)),
                (
                    "medium",
                    models.CharField(
                        choices=[("email", "email"), ("letter", "letter")], max_length=10
                    ),
                ),
                ("contact", models.CharField(max_length=64)),
                ("address", dsr.vault.fields.SealedField()),
                ("source", dsr.vault.fields.SealedField(purpose="record")),
                ("recorded_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held_contacts",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at", "pk"],
            },
        ),
        migrations.AddField(
            model_name="dispute",
            name="held",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="requests.heldcontact",
            ),
        ),
        migrations.CreateModel(
            name="NotMeLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "held",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="not_me_links",
                        to="requests.heldcontact",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContactChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("contact", models.CharField(max_length=64)),
                ("changed_on", models.DateField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="policies.organisation",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_changes",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "contact"], name="contact_change_found")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="disputedeadline",
            index=models.Index(
                condition=models.Q(("status__in", ["running", "paused"])),
                fields=["remind_on"],
                name="disputedeadline_to_remind",
            ),
        ),
        migrations.AddConstraint(
            model_name="disputedeadline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["running", "paused", "met", "missed", "cancelled"])
                ),
                name="disputedeadline_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="disputereminderowed",
            constraint=models.UniqueConstraint(
                fields=("deadline", "step", "due_on"), name="disputereminderowed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at", None)),
                fields=("subject_request",),
                name="dispute_one_open",
            ),
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("receipt", "Receipt"),
                            ("question", "Question"),
                            ("extension", "Extension"),
                            ("answer", "Answer"),
                            ("ending", "Ending"),
                        ],
                        max_length=10,
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("key", models.CharField(blank=True, db_index=True, max_length=200)),
                ("medium", models.CharField(max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("owed", "Owed"),
                            ("out", "Out"),
                            ("back", "Back"),
                            ("replaced", "Replaced"),
                        ],
                        default="owed",
                        max_length=10,
                    ),
                ),
                ("owed_at", models.DateTimeField()),
                ("on", models.DateField(blank=True, null=True)),
                ("seen_to", models.BooleanField(default=False)),
                ("ended", models.JSONField(blank=True, default=list)),
                (
                    "extension",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="requests.extension",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="requests.requestmessage",
                    ),
                ),
                (
                    "pause",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="requests.pause",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "owed")), fields=["key"], name="notice_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("seen_to", False), ("state", "back")),
                        fields=["subject_request"],
                        name="notice_undelivered",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state", "out"), ("on", None), _connector="XOR"),
                        name="notice_out_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["owed", "out", "back", "replaced"])),
                        name="notice_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("subject_request", "key"),
                        name="notice_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptReady",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("attempts", dsr.vault.fields.SealedField(purpose="record")),
                ("other_ways", dsr.vault.fields.SealedField(purpose="record")),
                ("why", dsr.vault.fields.SealedField(purpose="record")),
                ("proposed_at", models.DateTimeField()),
                ("in_force_at", models.DateTimeField(blank=True, null=True)),
                ("ended", models.JSONField(blank=True, default=list)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "came",
                    models.CharField(
                        blank=True,
                        choices=[("delivered", "Delivered"), ("taken_back", "Taken Back")],
                        max_length=10,
                    ),
                ),
                ("delivered_on", models.DateField(blank=True, null=True)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="requests.requestmessage",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "second_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_ready",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "kept ready",
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_on", None), ("kept_ready_on", None), _connector="OR"),
                name="request_answered_or_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="keptready",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at", None)),
                fields=("subject_request",),
                name="kept_ready_one_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="keptready",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_person", None),
                    models.Q(("second_person", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="kept_ready_two_people_are_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="keptready",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_at", None), models.Q(("came", ""), _negated=True), _connector="XOR"
                ),
                name="kept_ready_settled_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="keptready",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("came", "delivered"), _negated=True),
                    models.Q(("delivered_on", None), _negated=True),
                    _connector="XOR",
                ),
                name="kept_ready_delivered_has_day",
            ),
        ),
        migrations.CreateModel(
            name="FeeOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("at_cost", "At cost, as a law allows it for what is asked"),
                            ("further_copy", "A further copy of the same"),
                            ("manifestly_unfounded", "Manifestly unfounded"),
                            ("excessive", "Excessive, in particular repetitive"),
                            ("policy", "The policy says that a fee may be charged"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("offered", "Waits for the requester"),
                            ("accepted", "The requester said yes"),
                            ("narrowed", "The requester asks for less"),
                            ("withdrawn", "The request was withdrawn"),
                            ("paid", "Paid"),
                            ("waived", "Waived"),
                        ],
                        default="offered",
                        max_length=10,
                    ),
                ),
                ("lines", dsr.vault.fields.SealedField()),
                ("currency", models.CharField(max_length=3)),
                ("offered_at", models.DateTimeField()),
                ("settled_on", models.DateField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fee_offers",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["offered_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("offered", "accepted"))),
                        fields=("subject_request",),
                        name="fee_offer_one_stands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["offered", "accepted", "narrowed", "withdrawn", "paid", "waived"],
                            )
                        ),
                        name="fee_offer_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FreeAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=40)),
                ("given_on", models.DateField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="policies.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["given_on", "pk"],
                "indexes": [models.Index(fields=["given_on"], name="free_answer_to_forget")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "person", "kind", "given_on"),
                        name="free_answer_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffingGap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.department",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policies.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("organisation", "department"),
                        name="staffing_gap_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="subjectrequest",
            name="answered_before",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("system", dsr.vault.fields.SealedField(purpose="record")),
                ("stopped_at", models.DateTimeField()),
                ("last", models.BooleanField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stops",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["stopped_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("ground", models.CharField(max_length=100)),
                ("silent", models.BooleanField()),
                ("part", dsr.vault.fields.SealedField(purpose="record")),
                ("stated_on", models.DateField()),
                ("until_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("taken_up_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "continued_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="continues",
                        to="requests.hold",
                    ),
                ),
                (
                    "deadline",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hold",
                        to="requests.deadline",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until_on__gt", models.F("stated_on"))),
                        name="hold_ends_after_it_began",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswerElement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("code", models.CharField(max_length=100)),
                ("text", dsr.vault.fields.SealedField(purpose="record")),
                ("not_applicable", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="elements",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("subject_request", "code"), name="element_once")
                ],
            },
        ),
        migrations.AlterField(
            model_name="deadline",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("respond", "Answer"),
                    ("stop", "Stop the use at once"),
                    ("acknowledge", "Acknowledge receipt"),
                    ("refuse", "Tell of a refusal"),
                    ("extension_notice", "Announce an extension"),
                    ("opt_out", "Stop the use"),
                    ("appeal", "Answer an appeal"),
                    ("progress", "Tell of the progress"),
                    ("review", "Have the refusal reviewed"),
                    ("supplement", "Give what was held back"),
                    ("not_before", "Not before"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="deadline",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("respond", "Answer"),
                    ("stop", "Stop the use at once"),
                    ("acknowledge", "Acknowledge receipt"),
                    ("refuse", "Tell of a refusal"),
                    ("extension_notice", "Announce an extension"),
                    ("opt_out", "Stop the use"),
                    ("appeal", "Answer an appeal"),
                    ("progress", "Tell of the progress"),
                    ("supplement", "Give what was held back"),
                    ("not_before", "Not before"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="HealthProfessional",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As she signs.", max_length=120, verbose_name="name"
                    ),
                ),
                (
                    "licence",
                    models.CharField(
                        help_text="Profession, number, who gave it. It stands with her signature.",
                        max_length=200,
                        verbose_name="licence",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail for the link")),
                (
                    "code_email",
                    models.EmailField(
                        blank=True,
                        help_text="A mailbox of its own, or else a telephone number.",
                        max_length=254,
                        verbose_name="another e-mail, for the code",
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        help_text="Somebody of the desk calls there and reads the code out.",
                        max_length=100,
                        validators=[
                            django.core.validators.RegexValidator(
                                "(\\d\\D*){4}",
                                (
                                    "Enter a telephone number in digits, for example "
                                    "+33 1 23 45 67 89."
                                ),
                            )
                        ],
                        verbose_name="or a telephone number, for the code",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("fr", "Français")],
                        default="en",
                        max_length=10,
                        verbose_name="language of mails",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Untick it when the licence has ended.",
                        verbose_name="may be asked",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="her account here, where she has one",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="health_professionals",
                        to="policies.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "health professional",
                "verbose_name_plural": "health professionals",
                "ordering": ["organisation", "name"],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opinion", "Whether a ground applies"),
                            ("review", "Review of a refusal"),
                        ],
                        max_length=10,
                    ),
                ),
                ("question", dsr.vault.fields.SealedField(purpose="record")),
                ("shown_text", dsr.vault.fields.SealedField(null=True)),
                ("offered", models.JSONField()),
                ("grounds", dsr.vault.fields.SealedField(purpose="record")),
                ("asked_at", models.DateTimeField()),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("supports", "The ground applies"),
                            ("none", "None of the grounds applies"),
                            ("upheld", "The refusal stands"),
                            ("overturned", "The refusal does not stand"),
                        ],
                        max_length=12,
                    ),
                ),
                ("ground", models.CharField(blank=True, max_length=80)),
                ("reason", dsr.vault.fields.SealedField(null=True, purpose="record")),
                ("signature", dsr.vault.fields.SealedField(null=True, purpose="record")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="requests.decision",
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="requests.healthprofessional",
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opinions",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="OpinionCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("mail", "by mail"),
                            ("letter", "by letter"),
                            ("counter", "told at the counter"),
                        ],
                        max_length=10,
                    ),
                ),
                ("browser", models.CharField(blank=True, max_length=32)),
                ("code_hash", models.CharField(max_length=64)),
                ("code", dsr.vault.fields.SealedField(null=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "opinion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="requests.opinion",
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="OpinionItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "opinion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="requests.opinion",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="healthprofessional",
            constraint=models.UniqueConstraint(
                fields=("organisation", "licence"), name="professional_licence_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="healthprofessional",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code_email", ""), _negated=True),
                    models.Q(("phone", ""), _negated=True),
                    _connector="OR",
                ),
                name="professional_has_two_contacts",
            ),
        ),
        migrations.AddConstraint(
            model_name="healthprofessional",
            constraint=models.CheckConstraint(
                condition=models.Q(("code_email", models.F("email")), _negated=True),
                name="professional_contacts_differ",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reason", None), ("signature", None), ("signed_at", None), ("verdict", "")
                    ),
                    models.Q(
                        ("reason__isnull", False),
                        ("signature__isnull", False),
                        ("signed_at__isnull", False),
                        ("verdict__gt", ""),
                    ),
                    _connector="OR",
                ),
                name="opinion_signed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed_at", None), ("withdrawn_at", None), _connector="OR"),
                name="opinion_signed_or_withdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ground", ""), ("verdict__in", ["", "none"])),
                    models.Q(
                        ("ground__gt", ""), ("verdict__in", ["supports", "upheld", "overturned"])
                    ),
                    _connector="OR",
                ),
                name="opinion_names_its_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", None), ("kind", "opinion")),
                    models.Q(("decision__isnull", False), ("kind", "review")),
                    _connector="OR",
                ),
                name="opinion_reviews_a_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinionitem",
            constraint=models.UniqueConstraint(
                fields=("opinion", "number"), name="opinion_item_once"
            ),
        ),
        migrations.AlterField(
            model_name="deadline",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("respond", "Answer"),
                    ("stop", "Stop the use at once"),
                    ("acknowledge", "Acknowledge receipt"),
                    ("refuse", "Tell of a refusal"),
                    ("extension_notice", "Announce an extension"),
                    ("opt_out", "Stop the use"),
                    ("appeal", "Answer an appeal"),
                    ("progress", "Tell of the progress"),
                    ("review", "Have the refusal reviewed"),
                    ("supplement", "Give what was held back"),
                    ("follow_up", "Follow up a finding"),
                    ("not_before", "Not before"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="opinion",
            name="deadline",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="review",
                to="requests.deadline",
            ),
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("code", models.CharField(max_length=100)),
                ("known_at", models.DateTimeField()),
                ("what", dsr.vault.fields.SealedField(purpose="record")),
                ("recorded_at", models.DateTimeField()),
                (
                    "ended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "It was done"),
                            ("not_asked", "The law does not ask for it here"),
                        ],
                        max_length=12,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", dsr.vault.fields.SealedField(null=True, purpose="record")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deadline",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="finding",
                        to="requests.deadline",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.sealedfile",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "safe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vault.safe",
                    ),
                ),
                (
                    "subject_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="requests.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", ""), ("ended_at", None)),
                            models.Q(
                                models.Q(("ended", ""), _negated=True),
                                ("ended_at__gte", models.F("known_at")),
                            ),
                            _connector="OR",
                        ),
                        name="finding_ends_after_it_was_known",
                    )
                ],
            },
        ),
    ]
