"""The city's figures: what the measures set or follow, by month and district, as known on one day.

Reading order, which is the import order: `targets` (the measures' own numbers), `figure` (what each figure
is), `items` (the rows that it counts), `sizes`, `clock` and `committed` (what the measures say of firms,
recommendations and loans), `gather` (figures from the lake), `words`, `plot`, `files` and `page`.
"""
