// Images of records: known ones stay, missing ones are the decoder's means.

import type { Json, StateValue } from "@verisim/core";
import type { TensorData } from "@verisim/tensor";
import { ImagePart, type ImageShape, imageScaling } from "../parts/image-part.ts";
import type { PartRows } from "../parts/part.ts";
import type { VectorScaling } from "../parts/vector-part.ts";
import type { Filling, Modality } from "./modality.ts";
import { type Images, isKnown, type Records, recordError } from "./records.ts";

export class ImageModality implements Modality {
  readonly kind = "images";
  readonly name: string;
  readonly parts: readonly [ImagePart];

  constructor(name: string, shape: ImageShape, scaling: VectorScaling) {
    this.name = name;
    this.parts = [new ImagePart(name, shape, scaling)];
  }

  static fit(name: string, records: Records): ImageModality {
    const { pixels, height, width, channels } = records.images![name]!;
    return new ImageModality(
      name,
      { height, width, channels },
      imageScaling(pixels, { height, width, channels }),
    );
  }

  static fromState(name: string, state: { readonly [key: string]: StateValue }): ImageModality {
    const { shape, scaling } = state as unknown as { shape: ImageShape; scaling: VectorScaling };
    return new ImageModality(name, shape, scaling);
  }

  toState(): { readonly [key: string]: StateValue } {
    const { shape, scaling } = this.parts[0];
    return { shape: { ...shape }, scaling: { ...scaling } };
  }

  rows(records: Records): PartRows<TensorData>[] {
    const { pixels } = this.#own(records);
    const known = Uint8Array.from({ length: records.rowCount }, (_, row) =>
      isKnown(records, this.name, row) ? 1 : 0,
    );
    return [this.parts[0].rows(pixels, records.rowCount, known)];
  }

  get givenAs(): Json {
    const { mean, scale } = this.parts[0].scaling;
    return { standardised: { mean: [...mean], scale: [...scale] } };
  }

  blank(rowCount: number): Partial<Records> {
    const { shape } = this.parts[0];
    const pixels = new Uint8Array(rowCount * shape.height * shape.width * shape.channels);
    return {
      images: { [this.name]: { pixels, ...shape } },
      known: { [this.name]: new Uint8Array(rowCount) },
    };
  }

  fill(records: Records): Filling {
    const own = this.#own(records);
    const pixels = own.pixels.slice();
    const size = own.height * own.width * own.channels;
    return {
      take: ([said], rowStart, rowCount) => {
        const made = this.parts[0].bytes(said!.pixels!.data);
        for (let row = 0; row < rowCount; row++)
          if (!isKnown(records, this.name, rowStart + row))
            pixels.set(made.subarray(row * size, (row + 1) * size), (rowStart + row) * size);
      },
      finish: async () => ({ images: { [this.name]: { ...own, pixels } } }),
    };
  }

  #own(records: Records): Images {
    const own = records.images?.[this.name];
    const { height, width, channels } = this.parts[0].shape;
    const text = (shape: ImageShape | undefined): string =>
      shape ? `${shape.height} x ${shape.width} x ${shape.channels}` : "none";
    if (own?.height === height && own.width === width && own.channels === channels) return own;
    throw recordError(this.name, `images of ${text(this.parts[0].shape)}`, text(own));
  }
}
