"""Running the service: what changes under it, how it is watched from outside, and how it starts.

Reading order: `signs` (what of a home tells that models or firms changed), `staleness` (how old the newest
day may be), `watch` (takes over what changed, keeps what it has where that cannot be used), `readying`
(works out firms before somebody asks), `metrics` and `logs` (what operators see; no firm, no person),
`exposition` (the route `/metrics`), `factory` (how a worker process makes its application), `nursery` (the
same, imported sooner), `workers` (how several of them start).
"""
