from django.db import models


class Edition(models.Model):
    """One row: the mark of all that the tables of this room say now (``dsr.policies.kept_copy``).

    Triggers of the database alone write it, so that no way of changing a row goes past it.
    """

    mark = models.UUIDField()

    class Meta:
        verbose_name = "edition"
        verbose_name_plural = "editions"
