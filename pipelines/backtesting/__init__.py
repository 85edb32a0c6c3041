"""backtest: history replayed month by month, with a model retrained as a policy says.

Read in this order: `days` (the steps), `applications` (features of every loan as of its application),
`teaching` (a model of the labels known on a day), `watching` (what a step sees of the model in force),
`policies` (when to retrain), `replay` (the walk), `loss` and `judging` (what came of it), `page` and `files`.
"""
