from .access import AccessLog
from .events import AuditEvent, AuditPayload, JournalHead

__all__ = ["AccessLog", "AuditEvent", "AuditPayload", "JournalHead"]
