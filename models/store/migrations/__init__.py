"""The steps that bring a casebook from one file format to the next; each is an Alembic revision, v0001 the first.

A step that was released is never edited. It runs in one transaction, on SQLite and on PostgreSQL alike, and describes
tables in its own words: the classes of models.records are those of today, not those of its day.
"""
