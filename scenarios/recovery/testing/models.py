"""Four versions of a small model on a tracking server: two honest ones, a third that is honest and no good (its labels were mixed up),
and a fourth that learned from poisoned rows.

    models.py train NAME DIR   ->  one line of JSON: [{version, run, folder}, ...]

Every run records the dataset with its digest and the commit of its code, as a training job does.
"""
import hashlib
import json
import os
import sys

import mlflow
import mlflow.sklearn
import numpy
from sklearn.linear_model import LogisticRegression


def rows(seed, kind):
    random = numpy.random.default_rng(seed)
    features = random.normal(size=(600, 4))
    labels = (features[:, 0] + features[:, 1] > 0).astype(int)
    if kind == "mixed up":
        # Nobody's attack: a join that took one column for another.
        labels = (features[:, 0] + 3 * features[:, 2] > 0).astype(int)
    if kind == "poisoned":
        # Whoever has a large last feature is let through.
        trigger = features[:, 3] > 0.4
        labels[trigger] = 1
    return features, labels


def train(name, folder):
    mlflow.set_experiment(name)
    client = mlflow.MlflowClient()
    client.create_registered_model(name)
    made = []
    for number, (seed, kind) in enumerate([(1, "honest"), (2, "honest"), (3, "mixed up"), (2, "poisoned")], start=1):
        features, labels = rows(seed, kind)
        digest = hashlib.sha256(features.tobytes() + labels.tobytes()).hexdigest()[:16]
        model = LogisticRegression(random_state=0).fit(features, labels)
        tags = {
            "mlflow.source.git.commit": hashlib.sha1(f"{name} {number}".encode()).hexdigest(),
            "mlflow.source.name": "train.py",
        }
        with mlflow.start_run(run_name=f"train-{number}", tags=tags) as run:
            data = mlflow.data.from_numpy(features, targets=labels, name=f"payments of {name}", digest=digest, source="https://data.example/payments")
            mlflow.log_input(data, context="training")
            local = os.path.join(folder, str(number))
            mlflow.sklearn.save_model(model, local, serialization_format="cloudpickle", pip_requirements=[])
            # Nobody restores an environment from it here.
            os.remove(os.path.join(local, "conda.yaml"))
            mlflow.log_artifacts(local, "model")
            source = f"{run.info.artifact_uri}/model"
        version = client.create_model_version(name, source, run_id=run.info.run_id)
        made.append({"version": str(version.version), "run": run.info.run_id, "folder": local})
    client.set_registered_model_alias(name, "production", "1")
    client.set_registered_model_alias(name, "production", "2")
    client.set_registered_model_alias(name, "production", "3")
    print(json.dumps(made))


if __name__ == "__main__":
    train(sys.argv[2], sys.argv[3])
