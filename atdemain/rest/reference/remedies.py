"""What each problem means for whoever meets it, and what to do. Pure; the status and title are `problems.KINDS`'s."""

from __future__ import annotations

from typing import NamedTuple

from atdemain.rest.problems import MOST_FAULTS


class Remedy(NamedTuple):
    """`means` tells why it happens, `todo` what to do about it; `again`: whether the same request may succeed."""

    means: str
    todo: str
    again: str


_NO = "Non : la même requête aura la même réponse."
_LATER = "Oui, plus tard, telle quelle."

REMEDIES: dict[str, Remedy] = {
    "malformed_json": Remedy(
        "Le corps n’est pas un document JSON qui ne se lise que d’une façon (I-JSON, RFC 7493) : faute de syntaxe, nom "
        "donné deux fois, `NaN`, entier de plus de 64 bits, caractère nul, moitié de caractère, plus de 32 niveaux.",
        "`errors` dit laquelle, et où. Corrigez ce qui écrit le JSON ; les bibliothèques courantes n’en font pas.",
        _NO,
    ),
    "bad_request": Remedy(
        "La requête HTTP elle-même ne peut pas être lue : nom d’hôte inattendu, corps interrompu, en-tête mal formé.",
        "Vérifiez l’adresse de base et ce qui se trouve entre vous et nous (proxy, passerelle).",
        "Oui si la connexion a été coupée ; non sinon.",
    ),
    "unauthenticated": Remedy(
        "La requête n’a pas d’en-tête `Authorization: Bearer …`.",
        "Demandez un jeton à `POST /api/token` et donnez-le à chaque requête.",
        "Oui, avec un jeton.",
    ),
    "invalid_token": Remedy(
        "Ce jeton n’a jamais existé, ou son client a été révoqué.",
        "Demandez un autre jeton. Si c’est refusé aussi, le client est révoqué : voyez votre correspondant.",
        "Oui, avec un autre jeton.",
    ),
    "expired_token": Remedy(
        "Un jeton vaut quinze minutes ; celui-ci a expiré.",
        "Demandez-en un autre et refaites la requête, avec la même `Idempotency-Key` si elle en avait une.",
        "Oui, avec un autre jeton.",
    ),
    "missing_scope": Remedy(
        "Le jeton est bon, mais ni lui ni son client n’ont le droit que `scope` nomme.",
        "Si vous avez demandé un jeton restreint (`scope`), demandez-le plus large. Sinon, demandez ce droit à votre "
        "correspondant : les jetons en cours le gagnent dès leur prochaine requête.",
        "Non, tant que le droit manque.",
    ),
    "forbidden": Remedy(
        "L’action n’est pas ouverte à une entité comme la vôtre, quels que soient ses droits.",
        "Ne la proposez pas. Si elle devrait l’être, voyez votre correspondant.",
        _NO,
    ),
    "not_found": Remedy(
        "Rien à cette adresse pour votre entité. L’objet d’une autre entité répond de même : la réponse ne dit pas s’il "
        "existe.",
        "Vérifiez l’adresse et le numéro ; reprenez-le d’une liste.",
        _NO,
    ),
    "method_not_allowed": Remedy(
        "Cette adresse existe, mais pas avec cette méthode.",
        "L’en-tête `Allow` donne celles qu’elle accepte.",
        _NO,
    ),
    "conflict": Remedy(
        "La requête est bien faite, mais l’état actuel s’y oppose : escalade déjà répondue ou retirée, abonnement "
        "suspendu, renouvellement en cours. `detail` dit pourquoi ; `current` donne l’état et la version actuels.",
        "Relisez l’objet et décidez de nouveau : ce que vous vouliez faire n’est peut-être plus à faire.",
        "Non, tant que l’état n’a pas changé.",
    ),
    "idempotency_in_flight": Remedy(
        "Une requête avec la même `Idempotency-Key` est en train d’être traitée.",
        "Attendez `Retry-After`, puis renvoyez la même requête : vous aurez la réponse de la première.",
        _LATER,
    ),
    "stale_version": Remedy(
        "L’objet a changé depuis la version que nomme `If-Match`. Rien n’a été écrit.",
        "Relisez l’objet, voyez ce qui a changé, puis refaites la requête avec le nouvel `ETag`.",
        "Oui, avec la version actuelle.",
    ),
    "length_required": Remedy(
        "Le corps arrive par morceaux (`Transfer-Encoding: chunked`) sans dire sa longueur.",
        "Donnez `Content-Length` : les bibliothèques le font quand on leur donne le corps entier.",
        "Oui, avec la longueur.",
    ),
    "too_large": Remedy(
        "Le corps dépasse la taille que donne `limit_bytes`.",
        "Envoyez moins d’éléments par requête.",
        "Non, tant qu’il est aussi grand.",
    ),
    "too_many_items": Remedy(
        "Il y a plus d’éléments que `limit_items`. Aucun n’a été traité.",
        "Partagez l’envoi en plusieurs requêtes.",
        "Non, tant qu’il y en a autant.",
    ),
    "uri_too_long": Remedy(
        "Les paramètres de l’adresse dépassent 4 096 caractères. Au-delà de 8 000, un serveur placé devant nous répond 414 "
        "lui-même, sans corps JSON.",
        "Raccourcissez les filtres ; un curseur se donne seul, il porte déjà sa place.",
        _NO,
    ),
    "unsupported_media_type": Remedy(
        "Le corps n’est pas annoncé comme du JSON, ou il est compressé.",
        "Envoyez `Content-Type: application/json`, sans `Content-Encoding`. Les réponses, elles, peuvent être "
        "compressées.",
        "Oui, avec le bon en-tête.",
    ),
    "validation": Remedy(
        "Le document se lit, mais des champs ou des paramètres ne conviennent pas.",
        f"`errors` les donne, {MOST_FAULTS} au plus : `pointer` (dans le corps) ou `parameter`, un `code` stable et un `detail` à montrer.",
        _NO,
    ),
    "idempotency_key_reused": Remedy(
        "Cette `Idempotency-Key` a déjà servi, ces dernières 24 heures, pour une requête différente.",
        "Une clé par requête : un identifiant tiré au hasard (UUID) convient.",
        "Oui, avec une autre clé.",
    ),
    "version_required": Remedy(
        "Une écriture sur un objet dit de quelle version elle part ; l’en-tête `If-Match` manque.",
        "Lisez l’objet, et rendez son `ETag` dans `If-Match`.",
        "Oui, avec `If-Match`.",
    ),
    "too_many_requests": Remedy(
        "Le client a dépassé ses requêtes par minute (`RateLimit-Policy`), ou les essais de jeton sont trop nombreux.",
        "Attendez `Retry-After` secondes. Espacez les lectures : `If-None-Match` et `updated_since`, ou les webhooks.",
        _LATER,
    ),
    "server_error": Remedy(
        "Un défaut de notre côté. Il est journalisé sous le nom que donne l’en-tête `X-Request-ID`.",
        "Réessayez une fois avec la même `Idempotency-Key`. Si cela continue, citez `X-Request-ID` à votre correspondant.",
        _LATER,
    ),
    "unavailable": Remedy(
        "La base de données ne répond pas, pour un moment.",
        "Attendez `Retry-After` secondes et renvoyez la même requête : rien ne se double.",
        _LATER,
    ),
}
