"""A retraining: a challenger beside the champion, and a page that recommends; a person promotes.

Reading order, which is the import order: `limits` (the numbers it judges by), `words`, `journal` (what is
done already), `given` (what it starts from, and what it refuses), `challenger` (learnt, judged, registered),
`comparison` (both models on the same loans), `shadowing` (both on every firm), `advice` (promote, keep,
investigate), `page`, `retrain` (the steps in their order).
"""
