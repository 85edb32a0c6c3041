"""The monthly look at a home: what arrived, what moved, how the champion does, and what needs a person.

Reading order: `months` (which days end a month), `given` (what a look needs), `arrivals`, `firms` and
`lake_history` (figures from the lake), `scored` (earlier months, loans and their outcomes), `population`
(figures from the snapshot), `service` (what banks did with the answers), `kept` (figures as files), `seen` (a
month as it was looked at), `plots`, `page`, `prometheus` (what is written), `watch` (all of it), `verb`.
"""
