"""Tests of models/store."""
