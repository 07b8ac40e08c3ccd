"""The relational database: SQLite by default, PostgreSQL by URL, the same tables on both."""
