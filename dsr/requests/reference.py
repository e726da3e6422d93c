"""References: short, random, and made of characters that nobody confuses on paper or telephone."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O, 1 I L, no U (so that no words appear)


def new_reference() -> str:
    """Eight characters in two groups, as ``K7QX-3MPD``: about 39 bits, unique by constraint."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def new_receipt_code() -> str:
    """Sixteen characters in four groups: about 78 bits, which nobody guesses or tries out."""
    return receipt_code_of(secrets.randbits(256))


def receipt_code_of(number: int) -> str:
    """The code that stands for a number of 256 random bits."""
    drawn = ""
    for _ in range(16):
        number, rest = divmod(number, len(ALPHABET))
        drawn += ALPHABET[rest]
    return "-".join(drawn[start : start + 4] for start in range(0, 16, 4))


def clean_receipt_code(typed: str) -> str:
    """What a person typed, as it is compared: groups and case do not matter."""
    return "".join(c for c in typed.upper() if c.isalnum())


def clean_reference(typed: str) -> str:
    """What a person typed, as a reference: spaces and case do not matter."""
    letters = "".join(c for c in typed.upper() if c.isalnum())
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == 8 else letters
