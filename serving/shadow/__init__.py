"""The challenger in the service: it scores beside the champion, is recorded, and is never shown.

Reading order: `log` (what is kept, written behind the answers), `challenger` (its scores of every firm,
worked out when the service loads), `report` (how the two differ on what was asked).
"""
