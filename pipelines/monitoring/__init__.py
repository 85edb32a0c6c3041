"""The monthly look at a home: what arrived, what moved, how the champion does, and what needs a person.

Reading order: `months` (which days end a month), `inputs` (what the champion reads), `given` (what a look
needs), `arrivals`, `firms` and `lake_history` (figures from the lake), `names`, `loans` (what became of
them), `scored` (earlier months, and loans as they were applied for), `population`
(figures from the snapshot), `service` (what banks did with the answers), `kept` (figures as files), `seen` (a
month as it was looked at), `plots`, `page`, `prometheus` (what is written), `watch` (all of it), `verb`.
"""
