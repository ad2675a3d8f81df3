"""The casework: records, services, store, eligibility, sync and security. Runs without a screen."""
