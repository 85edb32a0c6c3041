"""The list of measure 1 for a district: whom to recommend, whom to visit, whom not, and what is still open.

Reading order, which is the import order: `evidence` (what the lake tells of each firm), `open_ones` (what
waits for a bank's decision), `ranking`, `lists`, `files` and `page`.
"""
