"""What the pages of calls write in French."""

from django import template

from routing import call_words

register = template.Library()


@register.filter
def waited(seconds: int | None) -> str:
    """125 → « 2 min 05 s »."""
    return "" if seconds is None else call_words.waited(int(seconds))
