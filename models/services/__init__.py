"""Verbs in the worker's words: one public verb is one transaction is one journal entry."""
