"""Our registered model as MLflow's scoring server takes it: a pyfunc around the same files."""

from pathlib import Path

import mlflow
from mlflow.pyfunc import PythonModel, PythonModelContext

from models.credit import CreditModel


class Probability(PythonModel):  # type: ignore[misc]
    """Probability of default of each row."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the model's own files."""
        self.model = CreditModel.load(Path(context.artifacts["files"]))

    # a type hint would have MLflow look for a schema
    def predict(self, context, model_input, params=None):  # noqa: ANN001, ANN201, ARG002
        """What the platform answers."""
        return self.model.predict_proba(model_input)[:, 1]


mlflow.models.set_model(Probability())
