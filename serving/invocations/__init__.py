"""The raw credit model over HTTP, as `mlflow models serve` would answer for it.

The registry keeps boosters and JSON, no pyfunc flavour; what is returned is the calibrated probability of
default that the platform's answers call `pd_12m`, not rounded. No firm is named and nothing of the platform's
data is read, so no consent is asked for; the caller needs `Right.INVOKE`.

Reading order: `bodies` (a body → a table), `scoring` (a table → answers), `noted` (the log), `routes`.
"""
