"""The home folder: where batches, features, scores, reports and models of one installation lie."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below one root; nothing is created by asking for a path."""

    root: Path

    @property
    def lake(self) -> Path:
        """Committed batches, a folder a source."""
        return self.root / "lake"

    @property
    def quarantine(self) -> Path:
        """Refused rows, a folder a source, each row with the rules it broke."""
        return self.root / "quarantine"

    @property
    def staging(self) -> Path:
        """Files on their way; anything here after a crash is rubbish."""
        return self.root / "staging"

    @property
    def lock(self) -> Path:
        """Held for the moment in which staged files take their places."""
        return self.root / "lake.lock"

    @property
    def reports(self) -> Path:
        """HTML reports."""
        return self.root / "reports"

    @property
    def expectations(self) -> Path:
        """Pages on what every source promised and kept, a page a source (Data Docs)."""
        return self.reports / "expectations"

    @property
    def registry(self) -> Path:
        """MLflow's store of runs and model versions."""
        return self.root / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """MLflow's artifacts: native boosters and JSON."""
        return self.root / "mlartifacts"

    @property
    def lab(self) -> Path:
        """Projects of the joint lab, a folder a project."""
        return self.root / "lab"

    @property
    def service(self) -> Path:
        """The service's own records."""
        return self.root / "service.db"

    def features(self, as_of: date) -> Path:
        """Feature values of every firm on a day."""
        return self.root / "features" / f"as_of={as_of:%Y-%m-%d}"

    def scores(self, as_of: date) -> Path:
        """Scores, reasons and findings of every firm on a day."""
        return self.root / "scores" / f"as_of={as_of:%Y-%m-%d}"
