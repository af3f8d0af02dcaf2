// Arrays that live as long as one batch and are not given away: the next batch of the same pass takes them again, so that
// streaming makes little garbage.

export class BatchBuffers {
  readonly #arrays: Float64Array[] = [];
  readonly #codes: Int32Array[] = [];
  #taken = 0;
  #takenCodes = 0;

  /** Everything that was taken is free again. */
  begin(): void {
    this.#taken = 0;
    this.#takenCodes = 0;
  }

  /** An array whose contents are of no meaning. */
  take(length: number): Float64Array {
    const at = this.#taken++;
    let array = this.#arrays[at];
    if (array?.length !== length) {
      array = new Float64Array(length);
      this.#arrays[at] = array;
    }
    return array;
  }

  /** As {@link take}, for codes. */
  takeCodes(length: number): Int32Array {
    const at = this.#takenCodes++;
    let array = this.#codes[at];
    if (array?.length !== length) {
      array = new Int32Array(length);
      this.#codes[at] = array;
    }
    return array;
  }
}
