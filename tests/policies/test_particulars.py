"""The closed list of what a request may have to say."""

from typing import get_args

import pytest

from dsr.policies.particulars import CODES, PARTICULARS, FieldType, particulars

LISTED = {
    *("written", "signed", "dated", "time_period", "medium", "records", "reason", "correction"),
    *("information", "use_or_disclosure", "recipients", "contact_how_where", "details"),
    *("access_format", "inspect_or_copy", "destination", "decision_concerned"),
    *("processing_concerned", "authorisation", "lost_contact", "phone_number"),
    *("marketing_channels", "child", "account", "policy_change", "disclosure"),
}


def test_the_list_is_closed() -> None:
    assert CODES == LISTED
    formal = {code for code, particular in PARTICULARS.items() if particular.formal}
    assert formal == {"written", "signed", "dated"}


def test_every_field_has_a_known_type_and_a_name_of_its_own() -> None:
    names = [field.name for each in PARTICULARS.values() for field in each.fields]
    assert len(names) == len(set(names))
    for each in PARTICULARS.values():
        assert str(each.label)
        assert str(each.help)
        for field in each.fields:
            assert field.type in get_args(FieldType)
            assert bool(field.choices) is field.type.startswith("choice")


def test_a_time_period_is_two_days_that_need_each_other() -> None:
    (period,) = particulars(["time_period"])
    assert [(field.name, field.type, field.required_with) for field in period.fields] == [
        ("period_from", "date", "period_to"),
        ("period_to", "date", "period_from"),
    ]
    assert period.said({"period_from": "2024-05-01", "period_to": "2026-04-30"}) is True
    assert period.said({"period_from": "2024-05-01"}) is False


def test_lost_contact_data_is_said_by_any_of_its_fields() -> None:
    (lost,) = particulars(["lost_contact"])
    assert lost.said({"new_phone": "0123"}) is True
    assert lost.said({}) is False


def test_the_form_is_itself_writing() -> None:
    assert PARTICULARS["written"].fields == ()
    assert PARTICULARS["written"].said({}) is True


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        particulars(["telepathy"])
