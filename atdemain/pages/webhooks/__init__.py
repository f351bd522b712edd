"""Webhooks, for an administrator: where entities are told, what became of each message."""
