"""The whole catalogue as JSON values, for programs and for people who compare."""

from typing import Any

from dsr.policies.models import InformationItem, Policy, PolicyVersion, Right


def exported() -> dict[str, Any]:
    """Every version of every policy, each under its newest reading."""
    policies = Policy.objects.select_related("organisation").order_by("slug")
    versions = [version for policy in policies for version in policy.versions.all()]
    return {"policies": [_version(version) for version in versions]}


def _version(version: PolicyVersion) -> dict[str, Any]:
    reading = version.readings.order_by("-number").first()
    rights = list(reading.rights.all()) if reading else []
    information = list(reading.information.all()) if reading else []
    return {
        "organisation": version.policy.organisation.slug,
        "slug": version.policy.slug,
        "version": version.label,
        "effective_on": version.effective_on.isoformat() if version.effective_on else None,
        "text_sha256": version.text_sha256,
        # Apart: a reader has to see what the policy says itself and what a law adds.
        "rights": [_right(right) for right in rights if not right.law],
        "law_rights": [_law_right(right) for right in rights if right.law],
        "information": [_information(item) for item in information],
    }


def _right(right: Right) -> dict[str, Any]:
    return {
        "kind": right.kind,
        "slug": right.slug,
        "title": right.title,
        "clauses": right.clauses,
        "audience": right.audience,
        "period": right.period,
        "must": right.must,
        "should": right.should,
        "may": right.may,
        "never": right.never,
        "channels": right.channels,
        # Empty text is how the table says "nothing"; JSON has a word for it.
        "fee": right.fee or None,
        "cost": right.cost or None,
        "ages": right.ages,
        "look_back": right.look_back,
        "exceptions": right.exceptions,
        "who_may_ask": right.who_may_ask,
    }


def _law_right(right: Right) -> dict[str, Any]:
    return {
        **_right(right),
        "law": right.law,
        "article": right.law_article,
        "source": right.law_source,
        "checked": right.law_checked,
    }


def _information(item: InformationItem) -> dict[str, Any]:
    return {
        "slug": item.slug,
        "title": item.title,
        "text": item.text,
        "clauses": item.clauses,
        "url": item.url or None,
    }
