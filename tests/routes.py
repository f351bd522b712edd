"""Every route of the site, by the name its views are known by."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver


def routes(resolver: URLResolver) -> Iterator[str]:
    """The name of each route with its namespace; its address where it has no name."""
    return (name for name, _ in named(resolver))


def with_argument(resolver: URLResolver) -> Iterator[str]:
    """The routes whose address names an object."""
    return (name for name, where in named(resolver) if "<" in where)


def named(resolver: URLResolver, namespace: str = "", prefix: str = "") -> Iterator[tuple[str, str]]:
    """The name of each route and its address."""
    for entry in resolver.url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from named(entry, inner, where)
        elif isinstance(entry, URLPattern):
            yield (namespace + entry.name if entry.name else where), where
