"""The demonstration: the whole job through the real windows, by itself, with invented residents, on a copy.

A laptop and an office are made in a temporary folder. The laptop registers a household of five among hundreds of
residents, records a visit and an assessment, asks the next best questions, issues and corrects a letter, screens the
whole register, looks ahead, and plans visits from both lists. The office changes an amount of the rules and signs them;
the laptop sees who gains and who loses, installs them, decides an old check again, and goes back. The batch goes to the
office, its receipt comes back. In the household two marry, a child is born, the young move out and that is taken back.
Pictures of every screen in both languages, the letter, the lists, the rules, the batch, the receipt and summary.json
are left in the folder asked for. It fails loudly if a step fails. One file a chapter.
"""

from desktop.demo.running import main

__all__ = ["main"]
