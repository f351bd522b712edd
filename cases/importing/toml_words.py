"""What Python's TOML reader says, in French: the place, and what is wrong there."""

from __future__ import annotations

import re

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_WORDS: tuple[tuple[str, str], ...] = (
    ("Invalid value", "la valeur manque ou n’en est pas une"),
    ("Cannot overwrite a value", "cette clé est donnée deux fois"),
    ("Duplicate inline table key", "cette clé est donnée deux fois"),
    ("Cannot declare", "cette table est donnée deux fois"),
    ("Cannot redefine namespace", "cette table est donnée deux fois"),
    ("Found invalid character", "un caractère interdit"),
    ("Cannot mutate immutable", "cette table est déjà complète"),
    ("Unclosed array", "une liste « [ » ne se ferme pas"),
    ("Unclosed inline table", "une table « { » ne se ferme pas"),
    ("Unterminated string", "un guillemet s’ouvre et ne se ferme pas"),
    ("Illegal character", "un caractère interdit dans un texte (retour à la ligne, par exemple)"),
    ("Unescaped '\\' in a string", "une barre « \\ » seule dans un texte : doublez-la"),
    ("Expected '=' after a key", "il manque « = » après la clé"),
    ("Expected ']", "un titre de table ne se ferme pas par « ] »"),
    ("Expected newline or end of document", "il reste quelque chose après la valeur"),
    ("Invalid initial character for a key part", "la clé manque, ou commence par un caractère interdit"),
    ("Invalid statement", "ce n’est ni une clé ni une table"),
    ("Invalid date or datetime", "cette date n’existe pas"),
    ("Invalid hex value", "un code de caractère « \\u » mal écrit"),
    ("Escaped character is not a Unicode scalar", "un code de caractère « \\u » mal écrit"),
)


def toml_words(error: Exception) -> str:
    """« ligne 3, colonne 5, il manque « = » après la clé »; without a full stop."""
    if isinstance(error, RecursionError):
        return "trop de listes ou de tables l’une dans l’autre"
    text = str(error)
    found = _PLACE.search(text)
    said = next((french for english, french in _WORDS if text.startswith(english)), "la syntaxe est fausse")
    if found is None:
        return said
    line, column = found.groups()
    return f"{f'ligne {line}, colonne {column}' if line else 'à la fin du texte'}, {said}"
