"""French public holidays by zone, for business time (domain.md §3.4, §11). Pure."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

from atdemain.organisation.enums import HolidayZone

#: the library's subdivision of each zone; "57" stands for Moselle and Alsace alike
SUBDIVISIONS: dict[str, str | None] = {
    HolidayZone.METROPOLE: None,
    HolidayZone.ALSACE_MOSELLE: "57",
    HolidayZone.GUADELOUPE: "971",
    HolidayZone.MARTINIQUE: "972",
    HolidayZone.GUYANE: "973",
    HolidayZone.REUNION: "974",
    HolidayZone.MAYOTTE: "976",
}
ANTILLES = (HolidayZone.GUADELOUPE, HolidayZone.MARTINIQUE)
#: customary days of the Antilles that the library knows and the law does not close
CUSTOMARY = frozenset({"Vendredi saint", "Mi-Carême", "Fête de Victor Schoelcher"})


@lru_cache(maxsize=1024)
def public_holidays(zone: str, year: int) -> frozenset[date]:
    """The public holidays of a zone in a year. Raises `ValueError` for an unknown zone."""
    if zone not in SUBDIVISIONS:
        raise ValueError(f"Zone de jours fériés inconnue : {zone}.")
    known = holidays.country_holidays("FR", subdiv=SUBDIVISIONS[zone], years=year, language="fr")
    if zone in ANTILLES:
        return frozenset(day for day in known if not CUSTOMARY.issuperset(known.get_list(day)))
    return frozenset(known)
