"""Where facts are kept: SQLite for one building, PostgreSQL for more."""

from samen.adapters.db.engine import Database

__all__ = ["Database"]
