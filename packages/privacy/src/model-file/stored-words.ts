// What a model file holds, without knowing its format: every text of the manifest, every number of the manifest and the
// tensors, and the texts that bytes may spell.

import type { Artifact, Json } from "@verisim/core";

export interface StoredWords {
  /** Every text of the manifest, keys included. */
  readonly texts: ReadonlySet<string>;
  /** Long texts and tensors of bytes, in which others may be found. */
  readonly long: string;
  /** Calls back with every number of the file. */
  eachNumber(visit: (value: number, isSingle: boolean) => void): void;
}

/** Texts longer than this may hold others. */
const longText = 64;

export function storedWords({ manifest, tensors }: Artifact): StoredWords {
  const texts = new Set<string>();
  const numbers: number[] = [];
  const long: string[] = [];
  const pending: Json[] = [manifest];
  while (pending.length > 0) {
    const value = pending.pop()!;
    if (typeof value === "string") {
      texts.add(value);
      if (value.length > longText) long.push(value);
    } else if (typeof value === "number") numbers.push(value);
    else if (Array.isArray(value)) for (const item of value as readonly Json[]) pending.push(item);
    else if (value !== null && typeof value === "object")
      for (const [key, item] of Object.entries(value)) {
        texts.add(key);
        if (item !== undefined) pending.push(item as Json);
      }
  }
  for (const { data } of Object.values(tensors))
    if (data instanceof Uint8Array) long.push(new TextDecoder().decode(data));
  return {
    texts,
    long: long.join("\n"),
    eachNumber: (visit) => {
      for (const value of numbers) visit(value, false);
      for (const { data } of Object.values(tensors)) {
        const isSingle = data instanceof Float32Array;
        for (let i = 0; i < data.length; i++) visit(data[i]!, isSingle);
      }
    },
  };
}
