"""The report of one credit model: a single printable page that a bank can read, question and sign.

    write_model_report(folder, Dossier(…), lang="zh")  →  folder/model-report.html

Everything shown comes from the dossier; the same dossier gives the same bytes. What the dossier does not hold
is said to be missing, never shown as zero. Reading order: `dossier` (what goes in), `words` (how it is said),
`population`, `performance`, `features`, `effects`, `checking` (each makes what its sections show), `render`.
"""

from models.report.dossier import Bilingual, Dossier, Threshold
from models.report.render import render, write_model_report

__all__ = ["Bilingual", "Dossier", "Threshold", "render", "write_model_report"]
