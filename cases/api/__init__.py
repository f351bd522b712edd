"""What a partner asks of the cases through the API: contacts, the repeat rule, escalations, the limited view."""
