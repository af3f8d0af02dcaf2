// Trees: nested objects and arrays with one kind of leaf, so that parameters, states and results keep the names and the
// static types that their author gave them.

import { VerisimError } from "@verisim/core";

/** A leaf, or objects and arrays of trees. Objects are read in the order of their sorted keys. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** The type of a tree with each leaf replaced. */
export type MapTree<S, From, To> = S extends From
  ? To
  : S extends readonly unknown[]
    ? { readonly [K in keyof S]: MapTree<S[K], From, To> }
    : S extends object
      ? { readonly [K in keyof S]: MapTree<S[K], From, To> }
      : never;

/** One leaf and where it is, as in `generator.0.weight`. */
export interface Leaf<T> {
  readonly path: string;
  readonly value: T;
}

/** Tells leaves from branches. */
export type IsLeaf<T> = (value: unknown) => value is T;

const join = (path: string, key: string | number): string => (path === "" ? `${key}` : `${path}.${key}`);

/** Keys of a branch in the order that all walks take. */
function branchKeys(branch: object): string[] {
  return Object.keys(branch).sort();
}

function notATree(path: string, value: unknown): VerisimError {
  return new VerisimError(
    "VERISIM_TREE_INVALID",
    `Expected an object, an array or a leaf at ${path || "the root"} but received ${value === null ? "null" : typeof value}`,
    { hint: "A tree holds nested objects and arrays with tensors (or arrays of numbers) as leaves." },
  );
}

/**
 * A tree of the same form with `change(leaf, path)` in place of each leaf. Branches whose value is undefined are left out.
 * @throws VerisimError `VERISIM_TREE_INVALID`
 */
export function mapTree<T, U>(
  tree: unknown,
  isLeaf: IsLeaf<T>,
  change: (leaf: T, path: string) => U,
  path: string = "",
): unknown {
  if (isLeaf(tree)) return change(tree, path);
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, isLeaf, change, join(path, i)));
  if (typeof tree !== "object" || tree === null || ArrayBuffer.isView(tree)) throw notATree(path, tree);
  const branch = tree as { readonly [key: string]: unknown };
  const mapped: { [key: string]: unknown } = {};
  for (const key of branchKeys(branch))
    if (branch[key] !== undefined) mapped[key] = mapTree(branch[key], isLeaf, change, join(path, key));
  return mapped;
}

/**
 * All leaves in order.
 * @throws VerisimError `VERISIM_TREE_INVALID`
 */
export function leavesOf<T>(tree: unknown, isLeaf: IsLeaf<T>): Leaf<T>[] {
  const leaves: Leaf<T>[] = [];
  mapTree(tree, isLeaf, (value, path) => leaves.push({ path, value }));
  return leaves;
}
