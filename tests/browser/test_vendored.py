"""Files of others are the ones that were looked at, byte by byte."""

from hashlib import sha256
from pathlib import Path

VENDOR = Path(__file__).parent / "vendor"


def test_every_vendored_file_is_as_the_manifest_says() -> None:
    lines = (VENDOR / "MANIFEST.txt").read_text().splitlines()
    named = [line.split() for line in lines if line and not line.startswith("#")]
    assert {file for *_, file in named} == {each.name for each in VENDOR.glob("*.js")}
    for *_, digest, file in named:
        assert sha256((VENDOR / file).read_bytes()).hexdigest() == digest
