"""The joint lab: what a bank and the platform agreed on, did together, and let leave.

Reading order: `agreement` (what the parties agreed on), `ledger` (what was done, refused, and left),
`project` (an agreement with its folder; every act goes through it), `gate` (the one door out), `verbs`.
"""
