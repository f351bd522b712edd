"""The fault tickets that the entity follows."""

from __future__ import annotations

from atdemain.rest.reference.operations import Answer, Example, describe
from atdemain.rest.reference.operations import Operation as Told
from atdemain.rest.reference.shapes import asked, choice, moment, named, text
from cases.api.fault_tickets import KEYS, LONGEST, NAME, FaultTickets
from cases.enums import Colour, FaultStatus, FaultSystem
from cases.faults import LONGEST_REF

from .batches import batch, results

TICKET = named(
    "FaultTicket",
    asked(
        required=KEYS,
        system=choice(FaultSystem.values, "Le système qui le suit."),
        ref=text("Sa référence ; espaces et casse ne comptent pas.", least=1, most=LONGEST_REF),
        colour=choice(Colour.values, "Urgence."),
        status=choice(FaultStatus.values, "Où il en est."),
        line_ref=text("La ligne concernée, connue.", most=LONGEST),
        case_ref=text("Le dossier concerné, escaladé à votre entité.", most=LONGEST),
        opened_at=moment("Ouverture."),
        closed_at=moment("Fermeture."),
        updated_at=moment(
            "Quand c’était vrai ; à l’instant sans précision. Un rapport en retard prend sa place."
        ),
    ),
)
describe(
    FaultTickets,
    POST=Told(
        id="send_fault_tickets",
        title="Transmettre des dérangements",
        tag="faults",
        words="Un dérangement est nommé par (`system`, `ref`). Ses changements prennent leur place selon `updated_at`, "
        "quel que soit l’ordre d’arrivée. La réponse est 200 même si tous sont rejetés.",
        body=batch("FaultTickets", NAME, TICKET),
        answers={
            200: Answer(words="Le résultat de chacun, dans l’ordre donné.", shape=results("Ticket", KEYS, {}))
        },
        problems=("too_many_items",),
        examples={
            "open": Example(
                title="Un dérangement ouvert",
                body={
                    NAME: [
                        {
                            "system": "oceane",
                            "ref": "OC-4127",
                            "colour": "red",
                            "status": "open",
                            "opened_at": "2026-11-10T09:00:00+01:00",
                            "updated_at": "2026-11-10T09:05:00+01:00",
                        }
                    ]
                },
                answer={
                    "created": 1,
                    "updated": 0,
                    "unchanged": 0,
                    "rejected": 0,
                    "items": [{"index": 0, "system": "oceane", "ref": "OC-4127", "status": "created"}],
                },
            )
        },
    ),
)
