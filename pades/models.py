"""What the room of signatures keeps: the instance's one authority."""

from __future__ import annotations

from django.db import models

from vault.encrypted import EncryptedDetails


class Authority(models.Model):
    """The instance's own authority: its certificates, their keys, and the present revocation lists. There is never a second."""

    is_only = models.BooleanField(primary_key=True, default=True)
    certificates = EncryptedDetails()
    keys = EncryptedDetails()
    made_at = models.DateTimeField()
    root_crl = models.BinaryField()
    issuing_crl = models.BinaryField()
    crls_issued_at = models.DateTimeField()
    crls_end_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_authority", condition=models.Q(is_only=True))]
