"""The append-only history: one hash chain per request and one for the site.

Entries hold ids, dates and closed codes, never personal data. Triggers made in the migration
refuse UPDATE, DELETE and TRUNCATE, for the owner of the table too.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

HASH_BYTES = 32


class By(models.TextChoices):
    STAFF = "staff", _("Staff")
    REQUESTER = "requester", _("Requester")
    SYSTEM = "system", _("System")
    # Another system of an organisation, with a credential of its own: never ours, never a person.
    PROGRAM = "program", _("Program")


class Entry(models.Model):
    """One thing that happened. `hash` covers every other column and the entry before."""

    chain = models.CharField(max_length=80)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    # No foreign key: an entry outlives the account, and null is the system or the requester.
    # Of what a program did it is the program's id.
    actor_id = models.BigIntegerField(null=True, blank=True)
    by = models.CharField(max_length=10, choices=By.choices)
    code = models.CharField(max_length=80)
    from_state = models.CharField(max_length=40, blank=True, default="")
    to_state = models.CharField(max_length=40, blank=True, default="")
    facts = models.JSONField(default=dict, blank=True)
    prev_hash = models.BinaryField(max_length=HASH_BYTES)
    hash = models.BinaryField(max_length=HASH_BYTES)
    key_id = models.CharField(max_length=32)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_one_entry_per_place"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="audit_seq_from_one"),
            models.CheckConstraint(condition=models.Q(by__in=By.values), name="audit_by_known"),
        ]
        indexes = [
            models.Index(fields=["at"], name="audit_entry_by_day"),
            # For the one question at every start: which keys have signed what is there?
            models.Index(fields=["key_id", "id"], name="audit_entry_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}: {self.code}"


class Head(models.Model):
    """Where a chain ends; its row lock puts the writers of one chain in line."""

    chain = models.CharField(max_length=80, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.BinaryField(max_length=HASH_BYTES)

    def __str__(self) -> str:
        return f"{self.chain} at {self.seq}"
