"""The operation of the token: the one address that is no `ApiView`."""

from __future__ import annotations

from atdemain.organisation.api_scopes import SCOPES
from atdemain.rest.reference.answers import Facts
from atdemain.rest.reference.operations import FORM, Answer, Example, Operation
from atdemain.rest.reference.shapes import answered, choice, named, text, whole
from atdemain.rest.token import ONLY

TOKEN_PATH = "/api/token"
TOKEN_FACTS = Facts("POST", "", False, (), frozenset())

GIVEN = named(
    "Token",
    answered(
        "Un jeton (RFC 6749 §5.1).",
        access_token=text("À donner à chaque requête : `Authorization: Bearer …`."),
        expires_in=whole("Secondes pendant lesquelles il vaut.", examples=[900]),
        token_type=choice(["Bearer"]),
        scope=text("Les droits accordés, séparés par des espaces."),
    ),
)
REFUSAL = named(
    "TokenRefusal",
    {
        "type": "object",
        "description": "Un refus du service des jetons (RFC 6749 §5.2).",
        "properties": {
            "error": text("Code OAuth 2.", examples=["invalid_client"]),
            "error_description": text("Ce qui s’est passé."),
        },
        "required": ["error"],
    },
)

TOKEN = Operation(
    id="get_token",
    title="Obtenir un jeton",
    tag="access",
    words="L’identifiant et le secret vont dans le corps, ou dans l’en-tête `Authorization: Basic`. Sans `scope`, le "
    "jeton a tous les droits du client. Il vaut quinze minutes ; demandez-en un autre quand il expire, il n’y a "
    "pas de jeton de renouvellement.",
    media=FORM,
    body={
        "type": "object",
        "properties": {
            "grant_type": choice([ONLY], "Le seul mode ouvert."),
            "client_id": text("Identifiant du client, sauf avec `Authorization: Basic`."),
            "client_secret": text("Son secret, sauf avec `Authorization: Basic`."),
            "scope": text(
                "Les droits voulus, séparés par des espaces : "
                + ", ".join(f"`{name}`" for name in SCOPES)
                + "."
            ),
        },
        "required": ["grant_type"],
    },
    answers={
        200: Answer(words="Le jeton.", shape=GIVEN),
        400: Answer(
            words="La demande est mal faite, ou le droit voulu n’est pas à ce client.", shape=REFUSAL
        ),
        401: Answer(
            words="Identifiant ou secret inconnus, ou client révoqué.",
            shape=REFUSAL,
            headers=("WWW-Authenticate",),
        ),
    },
    examples={
        "credentials": Example(
            title="Tous les droits du client",
            body={"grant_type": ONLY, "client_id": "demo-partenaire-p1", "client_secret": "atdemain-demo"},
            answer={
                "access_token": "Tr0DjsV9yq0c1mY3x5bqvQ",
                "expires_in": 900,
                "token_type": "Bearer",
                "scope": "contacts:write escalations:read",
            },
        ),
        "wrong_secret": Example(
            title="Un secret inconnu",
            body={"grant_type": ONLY, "client_id": "demo-partenaire-p1", "client_secret": "autre-chose"},
            status=401,
            answer={
                "error": "invalid_client",
                "error_description": "Identifiant ou secret inconnus, ou client révoqué.",
            },
        ),
    },
)
