"""What is kept: one file per thing, with its table and its Entry (the checked input)."""
