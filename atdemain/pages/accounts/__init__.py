"""The administrator's pages of accounts: many created from a file, one closed without orphaning anything."""
