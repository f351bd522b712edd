from .access import AccessLog, AccessQuestion
from .events import AuditEvent, AuditPayload, JournalHead

__all__ = ["AccessLog", "AccessQuestion", "AuditEvent", "AuditPayload", "JournalHead"]
