"""numpy for `gemm`: each shape as often as gives a billion floating-point operations."""

import json
import math
import os

import numpy as np
from serve import serve, timed

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../gemm-shapes.json")) as file:
    contract = json.load(file)

random = np.random.default_rng(1)
products = []
for shape in contract["shapes"]:
    m, n, k = shape["m"], shape["n"], shape["k"]
    transposed = shape.get("transposeA", False)
    a = random.random((k, m) if transposed else (m, k), dtype=np.float32) - 0.5
    b = random.random((k, n), dtype=np.float32) - 0.5
    name = f"{'T ' if transposed else ''}{m}x{n}x{k}"
    products.append((name, 2 * m * n * k, a.T if transposed else a, b, np.empty((m, n), np.float32)))


def repeat(count, a, b, c):
    for _ in range(count):
        np.matmul(a, b, out=c)


def run():
    seconds, gflops = 0.0, {}
    for name, flop, a, b, c in products:
        count = math.ceil(contract["flopPerShape"] / flop)
        taken, _ = timed(lambda: repeat(count, a, b, c))
        gflops[name] = round(count * flop / taken / 1e9, 1)
        seconds += taken
    return {"seconds": seconds, "gflops": gflops}


serve(run)
