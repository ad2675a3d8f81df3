"""The engine, the unit of work, migrations, search keys and backup; the one place that writes SQL."""
