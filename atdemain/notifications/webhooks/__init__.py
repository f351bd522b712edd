"""Webhooks: entities told at their own address, signed (Standard Webhooks), never at an inside one.

`addresses` says which address may be reached, `transport` reaches it, `keys` hold what signs, `events` write what
is to be told, `sending` sends it, `subscriptions` are what an administrator and an entity change.
"""
