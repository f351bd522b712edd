"""The administrator's pages of the API's clients: created, renewed, changed and revoked, with their history."""
