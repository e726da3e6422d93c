"""What a person is told when something about an account is refused."""


class AccountsError(Exception):
    """Its text is translated and safe to show."""
