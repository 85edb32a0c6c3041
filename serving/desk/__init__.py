"""The desk: what the service holds in memory, and how it answers, on which basis, and what it keeps of it.

Reading order: `loaded` (champions, snapshot, law), `gate` (who may be told of which firm), `recording` (every
answer and refusal into the log), `desk` (one question, one answer), `batch` (up to a thousand firms),
`history` (what was answered before), `replay` (an old answer worked out again, to the byte),
`register` (consents and objections), `warming` (before the first question).
"""

from serving.desk.desk import Desk
from serving.desk.loaded import Loaded

__all__ = ["Desk", "Loaded"]
