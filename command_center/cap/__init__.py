"""Floor 2: the Common Alerting Protocol. Reads CAP 1.0, 1.1, 1.2 and Atom lists of them, writes CAP 1.2.

What cannot be trusted is refused (domain.errors.UnreadableAlert), what merely breaks the schema is read with remarks.
"""

from command_center.cap.alert import Alert, Area, Circle, Info, MessageType, Named, Status
from command_center.cap.china import Signal, message_id, signal_of
from command_center.cap.reading import AlertFile, read_alerts
from command_center.cap.writing import write_alert

__all__ = [
    "Alert",
    "AlertFile",
    "Area",
    "Circle",
    "Info",
    "MessageType",
    "Named",
    "Signal",
    "Status",
    "message_id",
    "read_alerts",
    "signal_of",
    "write_alert",
]
