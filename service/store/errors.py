"""What can be wrong with the database, without importing what works with it."""


class BadUrlError(ValueError):
    """The database's URL names none of the two kinds; the message never shows the URL, which may hold a password."""


class SchemaError(Exception):
    """The database has a schema that this version can't use; the message says what to do."""


class StoreUnavailable(Exception):
    """The database does not answer, or can't keep what it is given. Its own words are not repeated."""

    says = "The service's database can't be used: it does not answer, is locked, or can't be written."

    def __init__(self) -> None:
        super().__init__(self.says)


class StoreDamaged(StoreUnavailable):
    """The database's file is not whole; waiting does not mend it."""

    says = "The service's database is damaged. Restore it from a backup, or move it away to begin with an empty one."


class StoreBusy(StoreUnavailable):
    """Another transaction holds what this one needs; it can be tried again at once."""
