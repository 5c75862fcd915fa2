"""Writes a file store with MLflow's own client: file-store.py FOLDER."""
import os
import sys

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag

store = f"file://{sys.argv[1]}"
client = MlflowClient(tracking_uri=store, registry_uri=store)
experiment = client.create_experiment("churn", tags={"team": "risk"})
tags = {
    "mlflow.user": "ann",
    "mlflow.source.name": "train.py",
    "mlflow.source.git.commit": "0123456789abcdef0123456789abcdef01234567",
    "mlflow.source.git.repoURL": "https://github.com/acme/churn",
}
run = client.create_run(experiment, tags=tags).info.run_id
dataset = Dataset("customers", "abcd1234", "s3", '{"uri": "s3://lake/customers/v1"}', "{}", "{}")
client.log_inputs(run, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
client.log_param(run, "depth", "hunter2")
client.log_metric(run, "auc", 0.9)
client.log_text(run, "x", "model/MLmodel")
client.create_registered_model("churn", tags={"owner": "risk"})
client.create_model_version("churn", "s3://models/churn/1", run)
client.set_registered_model_alias("churn", "champion", "1")
client.set_terminated(run)
