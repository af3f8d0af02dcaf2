// The graph: every value in a traced function is a node that says which op makes it of which nodes. Nodes are hash-consed
// (the same op on the same inputs is the same node), immutable, and numbered in the order in which they were made, so
// that inputs always come before what uses them.

import { VerisimError } from "@verisim/core";
import type { DType, NumberArray } from "../dtype.ts";
import type { Attributes, Operation, TensorType } from "../ops/operation.ts";
import { type Shape, shapeText } from "../shape.ts";

/** A traced value. It has a shape and a dtype but no numbers: those exist when the compiled program runs. */
export interface Tensor extends TensorType {
  /** Position in its graph, from 0. */
  readonly id: number;
  readonly op: Operation;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly graph: Graph;
  /** `file:line:column` of the code that made it, read lazily; empty for nodes that the compiler made. */
  readonly source: string;
}

class Node implements Tensor {
  readonly id: number;
  readonly op: Operation;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly graph: Graph;
  readonly #trace: { stack?: string } = {};

  constructor(
    graph: Graph,
    id: number,
    op: Operation,
    inputs: readonly Tensor[],
    attributes: Attributes,
    type: TensorType,
  ) {
    this.graph = graph;
    this.id = id;
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.shape = type.shape;
    this.dtype = type.dtype;
    // Half of what tracing costs: only for nodes that the user's code makes.
    if (graph.knowsSources) Error.captureStackTrace(this.#trace, Node);
  }

  get source(): string {
    return userLine(this.#trace.stack ?? "");
  }
}

const withoutScheme = (place: string): string => place.replace(/^file:\/\//, "");
const own = withoutScheme(new URL("..", import.meta.url).href);

/** The first line of a stack that is outside this package. */
function userLine(stack: string): string {
  for (const line of stack.split("\n").slice(1)) {
    const found = /\(?((?:file:\/\/)?[^()\s]+:\d+:\d+)\)?$/.exec(line)?.[1];
    const place = found === undefined ? "node:" : withoutScheme(found);
    const isOwn = place.startsWith(own) && !/\.test\.ts:/.test(place);
    if (!isOwn && !place.startsWith("node:")) return place;
  }
  return "";
}

/** An array of numbers in a graph: literal data, part of the program. */
export interface ConstantArray {
  readonly shape: Shape;
  readonly data: NumberArray;
}

/** The nodes of one trace. */
export class Graph {
  readonly nodes: Tensor[] = [];
  /** Literal arrays by the number that `constant` nodes hold in `array`. */
  readonly constants: ConstantArray[] = [];
  /** Whether nodes remember the code that made them. */
  readonly knowsSources: boolean;
  readonly #known = new Map<string, Tensor>();
  #streams = 0;

  /** @param knowsSources false for a graph that the compiler makes of another */
  constructor(knowsSources: boolean = true) {
    this.knowsSources = knowsSources;
  }

  /** The node of `op` on `inputs`: an existing one where there is one. */
  make(op: Operation, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
    let key = op.name;
    for (const input of inputs) {
      if (input.graph !== this)
        throw new VerisimError(
          "VERISIM_TRACE_MIXED",
          `[${op.name}] Expected tensors of one trace but received some of another`,
          {
            where: { op: op.name },
            hint: "Tensors live only inside the function that is being traced; pass numbers in as inputs or state.",
          },
        );
      key += ` ${input.id}`;
    }
    key += `|${JSON.stringify(attributes)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const node = new Node(this, this.nodes.length, op, inputs, attributes, inferType(op, inputs, attributes));
    this.nodes.push(node);
    this.#known.set(key, node);
    return node;
  }

  /** A number that no other random node of this graph has. */
  nextStream(): number {
    return this.#streams++;
  }
}

function inferType(op: Operation, inputs: readonly Tensor[], attributes: Attributes): TensorType {
  try {
    return op.infer(inputs, attributes);
  } catch (error) {
    throw VerisimError.isInstance(error) ? withSources(error, inputs) : error;
  }
}

/** The same error with the line of the call, and the lines that made the inputs. */
function withSources(error: VerisimError, inputs: readonly Tensor[]): VerisimError {
  const { code, message, where, hint } = error;
  const made = inputs.map((input) => `\n  ${typeText(input)} made at ${input.source}`);
  const details = { where, cause: error, ...(hint === undefined ? {} : { hint }) };
  return new VerisimError(code, `${message}\n  at ${userLine(error.stack ?? "")}${made.join("")}`, details);
}

let current: Graph | undefined;

/** Calls `build` with a new graph that literals and sources go into. */
export function withGraph<T>(graph: Graph, build: () => T): T {
  const outer = current;
  const limit = Error.stackTraceLimit;
  current = graph;
  // Deep enough to reach the user's line from within compositions and gradients.
  Error.stackTraceLimit = 14;
  try {
    return build();
  } finally {
    current = outer;
    Error.stackTraceLimit = limit;
  }
}

/**
 * The graph being traced.
 * @throws VerisimError `VERISIM_TRACE_MISSING` outside a traced function
 */
export function currentGraph(op: string): Graph {
  if (current === undefined)
    throw new VerisimError(
      "VERISIM_TRACE_MISSING",
      `[${op}] Expected to be called inside a traced function`,
      {
        where: { op },
        hint: "Call it in a function given to jit, buildProgram or trace.",
      },
    );
  return current;
}

/** As in messages and prints: `f32[500, 256]`. */
export function typeText(type: TensorType): string {
  return `${type.dtype}${shapeText(type.shape)}`;
}
