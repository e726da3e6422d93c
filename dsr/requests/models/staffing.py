"""Since when nobody is there who could work on the requests of an organisation, or a department."""

from __future__ import annotations

from django.db import models

from dsr.policies.models import Department, Organisation


class StaffingGap(models.Model):
    """One occasion on which nobody was left, from the sweep that found it to the one that did not.

    Mail about it is owed once an occasion, and again for each thirty days that it lasts.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    # None: everything of the organisation, or what belongs to none of its departments.
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "department"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="staffing_gap_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.department or ''} {self.since:%Y-%m-%d}"
