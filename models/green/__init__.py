"""The green grade model: an indicative grade from environmental facts. The official grade always wins.

Reading order: `ladder` (from one margin to the chances of all grades), `growing` (the trees), `decision`
(from chances to a grade), `vetoes` (what decides before the model), `refused` (what may never enter),
`model`; then what is said of a model: `judging` (figures with intervals), `evidence`, `checks`,
`association` (with the credit score), `report`.
"""

from models.green.model import GreenGradeModel
from models.green.vocabulary import GRADES

__all__ = ["GRADES", "GreenGradeModel"]
