"""Safes of requests, of people and of the site: each is erased, or kept, alone."""

import pytest
from django.db import IntegrityError

from dsr.vault.errors import KeyDestroyed, Tampered
from dsr.vault.models import KeyPurpose, Safe, SealedFile
from dsr.vault.rotation import rewrap
from dsr.vault.services import (
    check_erasure,
    destroy,
    find,
    index,
    open_safe,
    seal_site,
    site_safe,
    unseal_site,
)
from tests.vault.cast import AT, LATER, NEW, OLD, a_file, content_of, read_again

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


def test_there_is_one_safe_of_the_site():
    assert site_safe(AT).pk == site_safe(LATER).pk
    assert Safe.objects.get(kind="site").created_at == AT
    with pytest.raises(IntegrityError):
        Safe.objects.create(kind="site", created_at=AT)


def test_the_keys_of_the_site_are_not_erased_with_a_request():
    with pytest.raises(ValueError, match="not erased with a request"):
        destroy(site_safe(AT), [KeyPurpose.CONTENT], LATER)


def test_there_are_no_other_kinds_of_safes():
    assert open_safe(AT).kind == "request"
    with pytest.raises(IntegrityError):
        Safe.objects.create(kind="stranger", created_at=AT)


@pytest.fixture
def two():
    """The same words sealed in the safe of a request and in that of the person who asked."""
    safes = open_safe(AT), open_safe(AT, Safe.Kind.PERSON)
    for safe in safes:
        index(safe, "email", ["zoe@example.org"])
    return [a_file(safe, name="Zoe.pdf") for safe in safes]


@pytest.mark.parametrize(("erased", "left"), [(0, 1), (1, 0)], ids=["request", "person"])
def test_a_request_and_its_person_are_erased_each_alone(two, erased, left):
    assert find("email", "zoe@example.org") == {two[0].safe_id, two[1].safe_id}
    destroy(two[erased].safe, list(KeyPurpose), LATER)
    with pytest.raises(KeyDestroyed):
        content_of(two[erased])
    assert read_again(two[left]).unseal("name") == "Zoe.pdf"
    assert content_of(two[left]) == b"%PDF-1.7 Zoe"
    assert find("email", "zoe@example.org") == {two[left].safe_id}
    assert check_erasure(two[erased].safe).found == []
    assert check_erasure(two[left].safe).erased == []


def test_what_was_sealed_for_the_request_does_not_open_in_the_persons_safe(two):
    of_request, of_person = two
    SealedFile.objects.filter(pk=of_person.pk).update(name=bytes(of_request.name))
    with pytest.raises(Tampered):
        read_again(of_person).unseal("name")
