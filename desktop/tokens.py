"""The colours of the three themes, and which of them are laid on which (tested for contrast)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One theme. Every value is a #rrggbb colour."""

    ground: str  # behind everything
    surface: str  # cards, fields
    sunken: str  # quiet boxes inside cards, the status bar
    text: str
    soft: str  # second lines, hints
    line: str  # borders that only separate
    control: str  # borders of fields and buttons: must be seen
    accent: str
    accent_strong: str  # accent under the pointer or pressed
    on_accent: str
    accent_soft: str  # behind a selected row
    focus: str
    danger: str
    danger_soft: str
    warn: str
    warn_soft: str
    good: str
    good_soft: str
    rail: str
    rail_text: str
    rail_on: str  # behind the page now shown
    rail_on_text: str
    dark: bool  # which of the two sets of small arrows and ticks is seen on the surface


LIGHT = Tokens(
    ground="#f3f6f7",
    surface="#ffffff",
    sunken="#eaf0f1",
    text="#14232a",
    soft="#4a5b64",
    line="#d5dfe2",
    control="#6c7f88",
    accent="#0b6572",
    accent_strong="#084c56",
    on_accent="#ffffff",
    accent_soft="#dff0f1",
    focus="#b4540a",
    danger="#a3262a",
    danger_soft="#fbeaea",
    warn="#7a4a00",
    warn_soft="#fdf2da",
    good="#1a683a",
    good_soft="#e4f3e9",
    rail="#0d3a43",
    rail_text="#d3e6e8",
    rail_on="#f3f6f7",
    rail_on_text="#0b4a54",
    dark=False,
)

DARK = Tokens(
    ground="#12191d",
    surface="#1b252a",
    sunken="#233037",
    text="#e9f0f2",
    soft="#b0c0c7",
    line="#34444c",
    control="#81949d",
    accent="#63c5d0",
    accent_strong="#8ad8e1",
    on_accent="#08252a",
    accent_soft="#1d4047",
    focus="#ffc24d",
    danger="#ff9d99",
    danger_soft="#42191b",
    warn="#ffca6b",
    warn_soft="#3d2e10",
    good="#82d8a2",
    good_soft="#16381f",
    rail="#0a1114",
    rail_text="#b9cacf",
    rail_on="#1d4047",
    rail_on_text="#d6f3f6",
    dark=True,
)

SUN = Tokens(
    ground="#ffffff",
    surface="#ffffff",
    sunken="#f2f2ee",
    text="#000000",
    soft="#262626",
    line="#6b6b6b",
    control="#000000",
    accent="#00424c",
    accent_strong="#001f24",
    on_accent="#ffffff",
    accent_soft="#d7f0f2",
    focus="#8a2f00",
    danger="#7d0006",
    danger_soft="#fff0ef",
    warn="#553000",
    warn_soft="#fff4d6",
    good="#00421a",
    good_soft="#e6f8ec",
    rail="#00282e",
    rail_text="#ffffff",
    rail_on="#ffffff",
    rail_on_text="#00282e",
    dark=False,
)

THEMES = {"light": LIGHT, "dark": DARK, "sun": SUN}

TEXT_PAIRS = (
    *((ink, paper) for ink in ("text", "soft") for paper in ("ground", "surface", "sunken", "accent_soft")),
    *((ink, paper) for ink in ("accent", "danger", "warn", "good") for paper in ("ground", "surface", "sunken")),
    *((kind, f"{kind}_soft") for kind in ("accent", "danger", "warn", "good")),
    *(("text", f"{kind}_soft") for kind in ("danger", "warn", "good")),
    *(("soft", f"{kind}_soft") for kind in ("danger", "warn", "good")),
    ("on_accent", "accent"),
    ("on_accent", "accent_strong"),
    ("surface", "danger"),
    ("rail_text", "rail"),
    ("rail_on_text", "rail_on"),
)
"""(letters, what they stand on): at least 4.5 to 1, in the sun theme 7 to 1."""

SHAPE_PAIRS = tuple(
    (shape, paper) for shape in ("control", "focus", "accent") for paper in ("ground", "surface", "sunken")
)
"""(border or mark, what it stands on): at least 3 to 1."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two #rrggbb colours, 1 to 21, as WCAG 2.2 defines it (relative luminance of sRGB)."""

    def luminance(colour: str) -> float:
        parts = []
        for place in (1, 3, 5):
            part = int(colour[place : place + 2], 16) / 255
            parts.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
