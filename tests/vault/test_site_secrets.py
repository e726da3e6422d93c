"""Secrets of staff open in their own context, and survive a change of the master key."""

import pytest

from dsr.vault.errors import Tampered
from dsr.vault.services import rewrap, seal_site, unseal_site
from tests.vault.cast import NEW, OLD

pytestmark = pytest.mark.django_db


def test_a_site_secret_opens_in_its_context_only():
    sealed = seal_site("second factor", b"JBSWY3DPEHPK3PXP")
    assert b"JBSWY3DP" not in sealed
    assert unseal_site("second factor", sealed) == b"JBSWY3DPEHPK3PXP"
    with pytest.raises(Tampered):
        unseal_site("recovery codes", sealed)


@pytest.mark.parametrize("garbage", [b"", b"JBSWY3DPEHPK3PXP", bytes(64), b"\xd5\x01" + bytes(60)])
def test_what_was_never_sealed_is_refused(garbage):
    seal_site("second factor", b"x")
    with pytest.raises(Tampered):
        unseal_site("second factor", garbage)


def test_site_secrets_need_no_touch_when_the_master_key_changes(settings):
    settings.DSR_MASTER_KEYS = (OLD,)
    sealed = seal_site("second factor", b"JBSWY3DPEHPK3PXP")
    settings.DSR_MASTER_KEYS = (NEW, OLD)
    rewrap()
    settings.DSR_MASTER_KEYS = (NEW,)
    assert unseal_site("second factor", sealed) == b"JBSWY3DPEHPK3PXP"
