"""The reference of the API: one description of each operation, from which the OpenAPI document, its pages and
the tests are made.

`describe` ties operations to a view; what the view already says (its scopes, its parameters, what may be sent
again) is read from it, what it validates from the same constants and choices. The views know nothing of this.
"""
