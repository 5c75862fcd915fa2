#!/usr/bin/env python3
"""Makes honest models with the real libraries, in the folder that is named: what an inspection must not call unsafe."""
import bz2
import collections
import datetime
import gzip
import json
import lzma
import os
import pickle
import sys
import zipfile

os.environ["KERAS_BACKEND"] = "jax"
import h5py
import joblib
import lz4.frame
import numpy as np
import onnx
from gguf import GGUFWriter
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, IsolationForest, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
at = lambda name: os.path.join(folder, name)
rows, labels = make_classification(120, 6, random_state=0)
texts = ["a model of text", "another text", "words and words", "more of it"]
models = {
    "logistic": LogisticRegression().fit(rows, labels),
    "pipeline": Pipeline([("scale", StandardScaler()), ("svm", SVC(probability=False))]).fit(rows, labels),
    "forest": RandomForestClassifier(5, random_state=0).fit(rows, labels),
    "boosting": GradientBoostingClassifier(n_estimators=4).fit(rows, labels),
    "histogram": HistGradientBoostingClassifier(max_iter=4).fit(rows, labels),
    "isolation": IsolationForest(n_estimators=5).fit(rows),
    "neighbours": KNeighborsClassifier().fit(rows, labels),
    "network": MLPClassifier((8,), max_iter=5).fit(rows, labels),
    "clusters": KMeans(3, n_init=1).fit(rows),
    "bayes": GaussianNB().fit(rows, labels),
    "tree": DecisionTreeClassifier().fit(rows, labels),
    "sgd": SGDClassifier().fit(rows, labels),
    "columns": ColumnTransformer([("a", StandardScaler(), [0, 1]), ("b", OneHotEncoder(handle_unknown="ignore"), [2])]).fit(np.round(rows)),
    "tfidf": Pipeline([("words", TfidfVectorizer()), ("classes", LogisticRegression())]).fit(texts, [0, 1, 0, 1]),
}
plain = {
    "numbers": [1, -1, 2**70, -(2**70), 1.5, float("inf"), None, True, 1 + 2j],
    "texts": ["a", "é\n", "x" * 70000, b"bytes" * 100, bytearray(b"ab")],
    "sets": [{1, 2}, frozenset([3]), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), range(3), slice(1, 2)],
    "dates": [datetime.datetime(2026, 1, 1), datetime.timedelta(1), datetime.date(2026, 1, 2)],
    "ordered": collections.OrderedDict(a=1), "defaults": collections.defaultdict(list, a=[1]), "counter": collections.Counter("abca"),
    "arrays": [np.arange(5), np.float32(1.5), np.array(["a", "b"]), np.zeros((2, 2), order="F"), np.array([1, "a", None], dtype=object)],
    "state": np.random.RandomState(0), "generator": np.random.default_rng(0),
}
plain["itself"] = plain["numbers"]
for protocol in range(6):
    with open(at(f"plain-{protocol}.pkl"), "wb") as file:
        pickle.dump(plain, file, protocol)
    with open(at(f"forest-{protocol}.pkl"), "wb") as file:
        pickle.dump(models["forest"], file, protocol)
for name, model in models.items():
    with open(at(f"{name}.pkl"), "wb") as file:
        pickle.dump(model, file)
    joblib.dump(model, at(f"{name}.joblib"))
joblib.dump(models["forest"], at("forest-zlib.joblib"), compress=3)
arrays = {"zeros": np.zeros((2000, 1000)), "noise": np.random.default_rng(0).random(200_000), "numbers": np.arange(500_000)}
for packing in ("gzip", "bz2", "lzma", "xz", "lz4"):
    joblib.dump(models["forest"], at(f"forest-{packing}.joblib"), compress=(packing, 3))
    joblib.dump(arrays, at(f"arrays-{packing}.joblib"), compress=(packing, 6))
for suffix, opened in {"bz2": bz2.open, "xz": lzma.open, "lz4": lz4.frame.open}.items():
    with opened(at(f"plain.pkl.{suffix}"), "wb") as file:
        pickle.dump(plain, file)
for name, method in {"bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}.items():
    with zipfile.ZipFile(at(f"{name}.zip"), "w", method) as file:
        file.writestr("plain.pkl", pickle.dumps(plain))
joblib.dump({"objects": np.array(["a", 1, None], dtype=object), "fields": np.zeros(3, dtype=[("a", "<f4"), ("b", "<i8", (2,))]), "big": np.zeros(300000)}, at("arrays.joblib"))
with gzip.open(at("plain.pkl.gz"), "wb") as file:
    pickle.dump(plain, file)

np.save(at("array.npy"), rows)
np.save(at("fields.npy"), np.zeros(3, dtype=[("a", "<f4"), ("b", "<i8", (2,))]))
np.save(at("objects.npy"), np.array(["a", 1, None], dtype=object))
np.save(at("scalar.npy"), np.float64(3))
np.savez(at("arrays.npz"), a=rows, b=labels)
np.savez_compressed(at("arrays-packed.npz"), a=rows, b=labels)
save_file({"a": rows, "b": labels, "empty": np.zeros((0, 4))}, at("model.safetensors"), {"format": "np"})
save_file({"half": np.zeros((4, 4), np.float16)}, at("half.safetensors"))

writer = GGUFWriter(at("model.gguf"), "llama")
writer.add_context_length(512)
writer.add_token_list(["<s>", "a", "b"])
writer.add_chat_template(
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message.content | trim + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
writer.add_array("scores", [0.5, 1.5])
writer.add_tensor("token_embd.weight", np.zeros((32, 32), np.float32))
writer.add_tensor("output.weight", np.zeros((32, 32), np.float16))
for step in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file, writer.close):
    step()

weights = numpy_helper.from_array(np.zeros((6, 2), np.float32), "w")
value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", [value("x", [None, 6])], [value("y", [None, 2])], [weights])
model = helper.make_model(graph)
onnx.save(model, at("model.onnx"))
branch = lambda name: helper.make_graph([helper.make_node("Identity", ["x"], [name])], name, [], [value(name, [1])])
chosen = helper.make_graph(
    [helper.make_node("If", ["c"], ["y"], then_branch=branch("a"), else_branch=branch("b"))],
    "g", [value("x", [1]), helper.make_tensor_value_info("c", TensorProto.BOOL, [])], [value("y", [1])],
)
onnx.save(helper.make_model(chosen), at("branches.onnx"))
onnx.save(model, at("external.onnx"), save_as_external_data=True, location="external.bin", size_threshold=0)

import keras

layers = keras.layers
small = keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(2, 3, activation="relu"), layers.Flatten(), layers.Dropout(0.1), layers.Dense(2, activation="softmax")])
inputs = keras.Input((6,))
hidden = layers.LayerNormalization()(layers.Dense(4, activation="gelu", kernel_regularizer=keras.regularizers.L2(0.01))(inputs))
functional = keras.Model(inputs, layers.Concatenate()([hidden, layers.Dense(2)(inputs)]))
functional.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse", metrics=["mae"])
for name, model in {"small": small, "functional": functional}.items():
    model.save(at(f"{name}.keras"))
    model.save(at(f"{name}.h5"))
    model.save_weights(at(f"{name}.weights.h5"))
with h5py.File(at("latest.h5"), "w", libver="latest") as file:
    file["a/b"] = np.zeros(4)
    file.attrs["note"] = "a file of a newer form"

with open(at("config.json"), "w") as file:
    json.dump({"architectures": ["LlamaForCausalLM"], "hidden_size": 8, "torch_dtype": "float16"}, file)
with open(at("vocab.txt"), "w") as file:
    file.write("\n".join(["[PAD]", "[UNK]", "the", "of", "a"]))
