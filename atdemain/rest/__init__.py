"""What every address of the partners' API shares: who asks, how a body is read, what an error looks like.

The addresses themselves are in the `api` package of each app; `atdemain/api.py` gives them their paths.
"""
