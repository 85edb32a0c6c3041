"""The report of one green model: a single printable page, in the manner of `models.report`.

    write_green_report(path, GreenDossier(…), lang="zh")

The same dossier gives the same bytes. Reading order: `dossier` (what goes in), `page` (what its sections
show), `plots`, `render`.
"""

from models.green.report.dossier import GreenDossier
from models.green.report.render import render_green, write_green_report

__all__ = ["GreenDossier", "render_green", "write_green_report"]
