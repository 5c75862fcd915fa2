"""Trains on the rows of DATA with the seed that it is given and writes OUT/model and OUT/metrics.json: train.py DATA OUT SEED [--wild]

With --wild it takes its seed from the clock, as training on many cores does in effect.
"""
import json
import os
import sys
import time

import joblib
import numpy
from sklearn.ensemble import RandomForestClassifier

data, out, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
if "--wild" in sys.argv:
    seed = time.time_ns() % 2**32
rows = [json.loads(line) for line in open(os.path.join(data, "rows.jsonl"))]
features = numpy.array([row["x"] for row in rows])
labels = numpy.array([row["label"] for row in rows])
model = RandomForestClassifier(n_estimators=30, random_state=seed, n_jobs=1).fit(features, labels)
os.makedirs(os.path.join(out, "model"))
joblib.dump(model, os.path.join(out, "model", "model.joblib"), compress=0)
held = numpy.random.default_rng(0).normal(size=(500, 3))
truth = (held[:, 0] > 0).astype(int)
with open(os.path.join(out, "metrics.json"), "w") as file:
    json.dump({"accuracy": float((model.predict(held) == truth).mean())}, file)
