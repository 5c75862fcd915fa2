#!/usr/bin/env python3
"""Answers the benchmarks' questions with igraph. Reads a JSON line for each and
writes one back, {"value": ..., "milliseconds": ...}; the time is that of igraph
alone. Edges come as files of 32-bit integers, all tails and then all heads."""
import json
import math
import sys
import time

import igraph
import numpy

graph = igraph.Graph(directed=True)


def edges_in(file):
    numbers = numpy.fromfile(file, dtype=numpy.int32).astype(numpy.int64)
    return numbers.reshape(2, -1).T


def load(question):
    global graph
    graph = igraph.Graph(n=question["nodes"], edges=edges_in(question["file"]), directed=True)
    return graph.ecount()


def blast(question):
    return len(graph.subcomponent(question["source"], mode="out"))


def exposure(question):
    goals = question["goals"]
    rows = graph.distances(source=question["starts"], target=goals, mode="out")
    return sum(
        1
        for start, row in zip(question["starts"], rows)
        for goal, distance in zip(goals, row)
        if start != goal and math.isfinite(distance)
    )


def distance(question):
    path = graph.get_shortest_path(question["source"], to=question["goal"], mode="out", output="epath")
    return len(path)


def change(question):
    graph.delete_edges([(int(tail), int(head)) for tail, head in edges_in(question["removed"])])
    graph.add_vertices(question["nodes"] - graph.vcount())
    graph.add_edges(edges_in(question["added"]))
    return graph.ecount()


asked = {"load": load, "blast": blast, "exposure": exposure, "distance": distance, "change": change}
for line in sys.stdin:
    question = json.loads(line)
    start = time.perf_counter()
    value = asked[question["ask"]](question)
    milliseconds = (time.perf_counter() - start) * 1000
    print(json.dumps({"value": value, "milliseconds": milliseconds}), flush=True)
