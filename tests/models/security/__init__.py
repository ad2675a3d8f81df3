"""Tests of models/security."""
