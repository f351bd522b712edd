"""The profile printed in the documentation is one that loads."""

from __future__ import annotations

import re
from pathlib import Path

from cases.importing.toml import parse

DOC = Path(__file__).resolve().parents[2] / "docs" / "import.md"


def test_profile_of_the_documentation_loads_and_sets_what_it_says() -> None:
    full, unit = re.findall(r"```toml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.S)
    profile = parse(full + unit, name="doc")
    assert (profile.name, profile.encoding, profile.skip, len(profile.conditions)) == (
        "ticketing",
        "cp1252",
        2,
        2,
    )
    assert profile.fields["handler_ref"].columns == ("Agent#2",)
    assert profile.unit is not None
    assert profile.unit.participates
