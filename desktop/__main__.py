"""Start the window, or a command.

Commands: demo OUT, looks OUT, bench, check CASES ANSWERS, pack WHAT, forms check FOLDER, verify FILE, office WHAT.
"""

import sys


def main(arguments: list[str]) -> int:
    """Do what the first word says; without one, open the window."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "check" and len(rest) == 2:
        from desktop import check_command

        return check_command.main(rest)
    if command == "demo" and rest and not rest[0].startswith("-"):
        from desktop import demo

        return int(demo.main(rest))
    if command == "looks" and rest:
        from desktop import looks_command

        return looks_command.main(rest)
    if command == "pack":
        from desktop import pack_command

        return pack_command.main(rest)
    if command == "forms":
        from desktop import forms_command

        return forms_command.main(rest)
    if command == "office":
        from desktop import office_command

        return office_command.main(rest)
    if command == "verify" and rest:
        from desktop import verify_command

        return verify_command.main(rest)
    if command == "bench":
        from desktop import bench

        return int(bench.main(rest))
    if command and command != "after-lock":
        sys.stderr.write(
            "desktop: no arguments | demo OUT | looks OUT | bench [--json FILE] | check CASES ANSWERS | pack -h | "
            "forms -h | verify -h | office -h\n"
        )
        return 2
    from desktop import app

    return app.main(after_lock=command == "after-lock")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
