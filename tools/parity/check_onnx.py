"""Judges our ONNX files by the onnx package: check_onnx.py FOLDER. Every *.onnx there goes through its checker with
strict shape inference, and operators.json (arity by operator) is compared with the schemas of operator set 21."""

import glob
import json
import math
import os
import sys

import onnx
from onnx import defs

folder = sys.argv[1]
passed, problems = 0, []


def expect(holds, problem):
    global passed
    if holds:
        passed += 1
    else:
        problems.append(problem)


def lengths(value_type):
    tensor = value_type.tensor_type
    dims = [dim.dim_value if dim.HasField("dim_value") else dim.dim_param for dim in tensor.shape.dim]
    return (tensor.elem_type, dims if tensor.HasField("shape") else None)


def agree(ours, theirs):
    if ours[0] != theirs[0]:
        return False
    if theirs[1] is None:
        return True
    known = [(a, b) for a, b in zip(ours[1], theirs[1]) if isinstance(a, int) and isinstance(b, int)]
    return len(ours[1]) == len(theirs[1]) and all(a == b for a, b in known)


for file in sorted(glob.glob(os.path.join(folder, "*.onnx"))):
    name = os.path.basename(file)
    try:
        onnx.checker.check_model(file, full_check=True)
        model = onnx.load(file)
        stated = {value.name: value.type for value in model.graph.value_info}
        del model.graph.value_info[:]
        model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        # Where inference sees no further, it leaves a length or a type open.
        wrong = [
            f"{value.name} {lengths(stated[value.name])} and not {lengths(value.type)}"
            for value in model.graph.value_info
            if not agree(lengths(stated[value.name]), lengths(value.type))
        ]
        expect(not wrong, f"{name}: we state {wrong[:3]}")
    except Exception as error:  # noqa: BLE001 - any refusal is what is looked for
        expect(False, f"{name}: {str(error)[:300]}")

with open(os.path.join(folder, "operators.json"), encoding="utf-8") as handle:
    operators = json.load(handle)
many = lambda count: math.inf if count > 1000 else count  # noqa: E731
for name, (inputs, outputs) in operators.items():
    try:
        schema = defs.get_schema(name, 21)
    except defs.SchemaError:
        expect(False, f"{name} is no operator of set 21")
        continue
    theirs = [[schema.min_input, many(schema.max_input)], [schema.min_output, many(schema.max_output)]]
    ours = [[math.inf if count is None else count for count in arity] for arity in (inputs, outputs)]
    expect(ours == theirs and not schema.deprecated, f"{name}: {ours} in place of {theirs}")

print("\n".join(problems))
print(f"{passed} passed, {len(problems)} failed")
sys.exit(1 if problems else 0)
