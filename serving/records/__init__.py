"""What the service keeps: who asked what, on which basis, and what was answered.

Reading order: `tables` (what is kept), `faults` and `gate` (a database that is gone), `schema` with
`migrations` and `database` (SQLite or PostgreSQL, brought to the newest form), `seal` (how rows are chained),
`lookup`, `entry`, `answers`, `idempotency`, `group` and `audit` (the log), `consent`, `consents`,
`consent_file`, `terms`, `objections`, `verify` (finding what was changed), `retention`, `carried` (answers of
the time before accounts), `records` (all of it, opened together). `moments`, `texts` and `prepared` are small
helps.
"""
