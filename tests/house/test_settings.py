"""Production refuses to start with anything missing, default or unsafe: one line each."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import signing

ROOT = Path(__file__).resolve().parent.parent.parent


def key(name: str, kid: str = "k1") -> str:
    return f"{kid}:" + base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()


SITE = {
    "SECRET_KEY": "jWn3rV8qTz1bXc6mKd0hYs5gLp9fRa2eUo7iQw4tZxNvBkCyDuEs",
    "DATABASE_URL": "postgresql://dsr_app:secret@db.example.org/dsr?sslmode=verify-full",
    "REDIS_URL": "rediss://:secret@redis.example.org:6379/0",
    "DSR_MASTER_KEYS": f"{key('new', 'k2')},{key('old')}",
    "DSR_INDEX_KEYS": key("index"),
    "DSR_AUDIT_KEYS": key("audit"),
    "ALLOWED_HOSTS": "privacy.example.org",
    "BASE_URL": "https://privacy.example.org",
    "EMAIL_URL": "smtp://mailer:p%40ss@mail.example.org:587?tls=1",
    "DEFAULT_FROM_EMAIL": "privacy@example.org",
    "TRUSTED_PROXIES": "1",
}


def start(changes: dict[str, str | None], show: str = "None") -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own, with nothing of this one's environment."""
    given = {name: value for name, value in {**SITE, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings as s; print({show})"],
        env={"PATH": os.environ["PATH"], **given},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(changes: dict[str, str | None]) -> list[str]:
    ended = start(changes)
    assert ended.returncode == 1, ended.stdout
    return ended.stderr.splitlines()


def test_a_complete_site_starts() -> None:
    started = start(
        {},
        "s.DSR_MODE, s.DSR_TRIAL, s.DEBUG, s.DATABASES['default']['HOST'], s.EMAIL_HOST_PASSWORD, "
        "[kid for kid, _ in s.DSR_MASTER_KEYS], s.SESSION_COOKIE_SECURE, "
        "'config.trial' in s.INSTALLED_APPS",
    )
    assert started.stderr == ""
    assert started.stdout.strip() == (
        "production False False db.example.org p@ss ['k2', 'k1'] True False"
    )


def test_cookies_are_bound_to_this_very_host() -> None:
    names = "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME"
    assert start({}, names).stdout.split() == ["__Host-session", "__Host-csrf", "__Host-language"]


@pytest.mark.parametrize(
    "name",
    [
        *("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "BASE_URL"),
        *("DSR_MASTER_KEYS", "DSR_INDEX_KEYS", "DSR_AUDIT_KEYS"),
        *("EMAIL_URL", "DEFAULT_FROM_EMAIL"),
    ],
)
def test_what_is_missing_is_named(name: str) -> None:
    assert refusal({name: None}) == [
        f"Settings: {name} is missing: set it, or name a file in {name}_FILE."
    ]


def test_everything_missing_is_named_at_once() -> None:
    lines = refusal(dict.fromkeys(SITE))
    assert len(lines) == 10
    assert all(line.startswith("Settings: ") for line in lines)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param(
            {"SECRET_KEY": "short"},
            "SECRET_KEY is too short or too simple: use at least 50 random characters.",
            id="short secret",
        ),
        pytest.param(
            {"SECRET_KEY": "x" * 80},
            "SECRET_KEY is too short or too simple: use at least 50 random characters.",
            id="simple secret",
        ),
        pytest.param(
            {"SECRET_KEY": "django-insecure-" + "abcdefghijklmnopqrstuvwxyz" * 2},
            "SECRET_KEY is a default: make your own.",
            id="default secret",
        ),
        pytest.param(
            {"DSR_SCANNER": "clamav.example.org:3310"},
            "DSR_SCANNER must begin with tcp:// or unix://.",
            id="scanner without a way to it",
        ),
        pytest.param(
            {"DSR_SCANNER": "tcp://:3310"},
            "DSR_SCANNER names no host or socket: tcp://host:3310 or unix:///path.",
            id="scanner without a host",
        ),
        pytest.param(
            {"DSR_SCANNER": "unix://"},
            "DSR_SCANNER names no host or socket: tcp://host:3310 or unix:///path.",
            id="scanner without a socket",
        ),
        pytest.param(
            {"DSR_DEBUG": "1"},
            "DSR_DEBUG shows personal data in error pages: unset it in production.",
            id="debug",
        ),
        pytest.param(
            {"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name each host: no `*`.", id="every host"
        ),
        pytest.param(
            {"ALLOWED_HOSTS": "other.example.org"},
            "ALLOWED_HOSTS lacks the host of BASE_URL, privacy.example.org.",
            id="another host",
        ),
        pytest.param(
            {"BASE_URL": "http://privacy.example.org"},
            "BASE_URL must begin with https:// in production.",
            id="no encryption",
        ),
        pytest.param(
            {"DATABASE_URL": "sqlite:///dsr.db"},
            "DATABASE_URL must begin with postgresql://: no other database is supported.",
            id="another database",
        ),
        pytest.param(
            {"REDIS_URL": "redis://redis.example.org/0"},
            "REDIS_URL has no password: set one in the server, or use a unix socket.",
            id="open broker",
        ),
        pytest.param(
            {"REDIS_URL": "redis://:%20%20@redis.example.org/0"},
            "REDIS_URL has no password: set one in the server, or use a unix socket.",
            id="a broker whose password is blanks",
        ),
        pytest.param(
            {"SECRET_KEY_FALLBACKS": "short"},
            "SECRET_KEY_FALLBACKS is too short or too simple: use at least 50 random characters.",
            id="short old secret",
        ),
        pytest.param(
            {"DSR_CHECKPOINTS": "var/checkpoints"},
            "DSR_CHECKPOINTS must be the whole path of a file, from / on.",
            id="checkpoints somewhere",
        ),
        pytest.param(
            {"REDIS_URL": "memory://"},
            "REDIS_URL must begin with redis:// or rediss:// or redis+socket:// or unix://.",
            id="another broker",
        ),
        pytest.param(
            {"DSR_MASTER_KEYS": "k1:c2hvcnQ="},
            "DSR_MASTER_KEYS: key k1 is not 32 bytes in base64.",
            id="short key",
        ),
        pytest.param(
            {"DSR_MASTER_KEYS": "k1:" + base64.b64encode(bytes(32)).decode()},
            "DSR_MASTER_KEYS: key k1 is not random.",
            id="a key of zeros",
        ),
        pytest.param(
            {"DSR_MASTER_KEYS": key("new").removeprefix("k1:")},
            "DSR_MASTER_KEYS: key 1 needs a name in front, as in k1:BASE64.",
            id="a key without a name",
        ),
        pytest.param(
            {"DSR_MASTER_KEYS": f"{key('new')},{key('old')}"},
            "DSR_MASTER_KEYS: the name k1 appears twice.",
            id="one name for two keys",
        ),
        pytest.param(
            {"DSR_INDEX_KEYS": key("audit")},
            "DSR_MASTER_KEYS, DSR_INDEX_KEYS, DSR_AUDIT_KEYS share a key: make one for each.",
            id="one key for two purposes",
        ),
        pytest.param(
            {"EMAIL_URL": "sendmail:///"},
            "EMAIL_URL must begin with smtp:// or smtps://.",
            id="another way of mail",
        ),
        pytest.param(
            {"DEFAULT_FROM_EMAIL": "nobody"},
            "DEFAULT_FROM_EMAIL is not a mail address.",
            id="no sender",
        ),
        pytest.param(
            {"DEFAULT_FROM_EMAIL": "Privacy <privacy@exam\u200bple.org>"},
            "DEFAULT_FROM_EMAIL is not a mail address.",
            id="a sender with an invisible character",
        ),
        pytest.param(
            {"TRUSTED_PROXIES": "all"},
            "TRUSTED_PROXIES is 'all': it must be a number from 0 to 9.",
            id="proxies without a number",
        ),
        pytest.param(
            {"DSR_MODE": "demo"},
            "DSR_MODE is 'demo': it must be one of trial, production.",
            id="unknown mode",
        ),
        pytest.param(
            {"DSR_MASTER_KEY": key("new")},
            "DSR_MASTER_KEY is not a variable of this program: check its spelling.",
            id="misspelt variable",
        ),
        pytest.param(
            {"SECRET_KEY_FILE": "/nowhere/secret"},
            "SECRET_KEY and SECRET_KEY_FILE are both set: keep one of them.",
            id="two sources",
        ),
    ],
)
def test_what_is_unsafe_is_refused(changes: dict[str, str | None], line: str) -> None:
    assert f"Settings: {line}" in refusal(changes)


def test_no_secret_is_repeated_in_a_refusal() -> None:
    told = "\n".join(refusal({"SECRET_KEY": "hunter2", "REDIS_URL": "http://:swordfish@redis/0"}))
    assert "hunter2" not in told
    assert "swordfish" not in told


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SITE["SECRET_KEY"] + "\n")
    started = start({"SECRET_KEY": None, "SECRET_KEY_FILE": str(file)}, "s.SECRET_KEY")
    assert started.stdout.strip() == SITE["SECRET_KEY"]


def test_a_secret_file_that_is_not_there_is_named() -> None:
    assert "Settings: SECRET_KEY_FILE cannot be read: /nowhere (FileNotFoundError)." in refusal(
        {"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere"}
    )


RINGS = ("SECRET_KEY", "DSR_MASTER_KEYS", "DSR_INDEX_KEYS", "DSR_AUDIT_KEYS")


@pytest.mark.parametrize("kind", ["a folder", "no text"])
def test_a_key_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "keys"
    if kind == "a folder":
        file.mkdir()
    else:
        file.write_bytes(bytes(range(128, 160)))
    why = "IsADirectoryError" if kind == "a folder" else "UnicodeDecodeError"
    for name in RINGS:
        assert refusal({name: None, f"{name}_FILE": str(file)}) == [
            f"Settings: {name}_FILE cannot be read: {file} ({why})."
        ]


def test_a_trial_whose_kept_key_is_no_text_says_so(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    file = tmp_path / "secrets" / "audit_keys"
    file.write_bytes(b"\xff\xfe")
    trial = {**dict.fromkeys(SITE), "DSR_MODE": "trial", "DSR_VAR": str(tmp_path)}
    assert refusal(trial) == [
        f"Settings: The trial's {file} is no text: put it back; what was sealed needs it."
    ]


def test_what_an_old_secret_signed_is_good_until_it_is_left_out(settings) -> None:
    """Sessions, forms and links; the same holds for the session of somebody signed in."""
    token = signing.dumps(["a form"], salt="portal.form")
    old, settings.SECRET_KEY = settings.SECRET_KEY, SITE["SECRET_KEY"]
    settings.SECRET_KEY_FALLBACKS = [old]
    assert signing.loads(token, salt="portal.form") == ["a form"]
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(signing.BadSignature):
        signing.loads(token, salt="portal.form")
    kept = start({"SECRET_KEY_FALLBACKS": f"{old},{SITE['SECRET_KEY']}"}, "s.SECRET_KEY_FALLBACKS")
    assert kept.stdout.strip() == str([old, SITE["SECRET_KEY"]])


def test_a_trial_makes_its_secrets_once(tmp_path: Path) -> None:
    trial = {**dict.fromkeys(SITE), "DSR_MODE": "trial", "DSR_VAR": str(tmp_path)}
    show = "s.SECRET_KEY, s.DSR_MASTER_KEYS, s.DSR_INDEX_KEYS, s.DSR_AUDIT_KEYS"
    first, second = start(trial, show), start(trial, show)
    assert first.stderr == ""
    assert first.stdout == second.stdout
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "secrets").iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["secret_key", "master_keys"])
def test_an_emptied_secret_of_a_trial_is_named_and_not_replaced(tmp_path: Path, name: str) -> None:
    """A full disk leaves empty files; a new key would not open what the old one sealed."""
    (tmp_path / "secrets").mkdir()
    emptied = tmp_path / "secrets" / name
    emptied.touch()
    trial = {**dict.fromkeys(SITE), "DSR_MODE": "trial", "DSR_VAR": str(tmp_path)}
    line = f"Settings: The trial's {emptied} is empty: put it back; what was sealed needs it."
    assert refusal(trial) == [line]


def test_a_trial_that_cannot_keep_its_secrets_says_so(tmp_path: Path) -> None:
    (tmp_path / "secrets").touch()
    trial = {**dict.fromkeys(SITE), "DSR_MODE": "trial", "DSR_VAR": str(tmp_path)}
    lines = refusal(trial)
    assert len(lines) == 4
    where = f"{tmp_path / 'secrets' / 'secret_key'} cannot be kept: File exists."
    assert lines[0] == f"Settings: The trial's {where}"


def test_the_check_for_deployment_has_no_complaint() -> None:
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={"PATH": os.environ["PATH"], **SITE},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
