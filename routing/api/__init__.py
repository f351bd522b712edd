"""What a partner asks of its directory and of its flows through the API."""
