"""What every page has in common: typography, session, errors, account."""
