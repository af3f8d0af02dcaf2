// What the conformance suite needs of a generator, and the error by which its checks speak.

import { type Artifact, type Generator, type GeneratorDefinition, VerisimError } from "@verisim/core";

/** Makes fresh generators of one kind; a {@link GeneratorDefinition} with options becomes one. */
export interface GeneratorSubject {
  readonly name: string;
  /** Whether it learns in steps, as its definition says. Default false. */
  readonly trains?: boolean;
  create(): Generator;
  fromArtifact(artifact: Artifact): Generator;
}

/** The generators of a definition with these options. */
export function subjectOf(
  definition: GeneratorDefinition,
  options: Readonly<Record<string, unknown>> = {},
): GeneratorSubject {
  return {
    name: definition.name,
    ...(definition.trains === undefined ? {} : { trains: definition.trains }),
    create: () => definition.create(options),
    fromArtifact: (artifact) => definition.fromArtifact(artifact),
  };
}

/** A broken promise: what was promised and what happened. */
export class ConformanceError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConformanceError";
  }
}

/** Throws {@link ConformanceError} unless the promise holds. */
export function promise(holds: boolean, message: string | (() => string)): asserts holds {
  if (!holds) throw new ConformanceError(typeof message === "string" ? message : message());
}

/** The coded error that the work must end with. @throws ConformanceError when it ends otherwise */
export async function codedError(
  what: string,
  codes: readonly string[],
  work: () => unknown,
): Promise<VerisimError> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
    if (VerisimError.isInstance(thrown) && codes.includes(thrown.code)) return thrown;
  }
  const received = VerisimError.isInstance(error)
    ? error.code
    : error === undefined
      ? "no error"
      : String(error);
  throw new ConformanceError(`${what}: expected ${codes.join(" or ")} but received ${received}`);
}

/** Runs work that may end well or with a coded error; any other error is a broken promise. */
export async function worksOrCoded<Result>(
  what: string,
  work: () => Promise<Result>,
): Promise<Result | VerisimError> {
  try {
    return await work();
  } catch (error) {
    if (VerisimError.isInstance(error)) return error;
    throw new ConformanceError(
      `${what}: expected a result or a coded error but received ${(error as Error)?.stack ?? String(error)}`,
    );
  }
}
