// A model as bytes: a zip of `manifest.json` and `weights.safetensors`, stored. The same model gives the same bytes, and
// reading runs no code: sizes, hashes and spelling are checked before a value is used. docs/design/model-file.md.

import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Artifact } from "./artifact.ts";
import { CanonicalJsonError, canonicalJson, isPlainObject } from "./canonical-json.ts";
import { type ErrorPlace, VerisimError } from "./errors.ts";
import { fileSystemError } from "./file-error.ts";
import type { JsonObject } from "./json.ts";
import { replaceFile } from "./replace-file.ts";
import { decodeSafetensors, encodeSafetensors, SafetensorsError } from "./safetensors.ts";
import { localHeaderBytes, readStoredZip, storedZip, ZipFormatError } from "./stored-zip.ts";

/** Version of the container; a reader refuses a later one. */
export const modelFileVersion = 1;

const manifestName = "manifest.json";
const weightsName = "weights.safetensors";
const formatName = "verisim-model";

/** What a reader will take in; checked before anything is allocated. */
export interface ModelFileLimits {
  /** Default 4 GiB. */
  readonly fileBytes?: number;
  /** The manifest, and the header of the weights. Default 100 MB. */
  readonly headerBytes?: number;
}

const defaultLimits: Required<ModelFileLimits> = { fileBytes: 2 ** 32, headerBytes: 100_000_000 };

/** The model as the bytes of a `.verisim` file. @throws VerisimError `VERISIM_MODEL_FILE` for what a file cannot hold */
export function encodeModel(artifact: Artifact): Uint8Array {
  const pieces = modelPieces(artifact);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/**
 * Writes the model beside `path`, flushes it to the disk and renames it into place: whatever happens, `path` holds either
 * what it held before or the whole model.
 *
 * @throws VerisimError `VERISIM_MODEL_FILE` for what a file cannot hold, and as {@link replaceFile}
 */
export async function writeModelFile(path: string, artifact: Artifact): Promise<void> {
  const pieces = placed({ file: path }, () => modelPieces(artifact));
  await replaceFile(path, async (handle) => {
    for (const piece of pieces) await writeAll(handle, piece);
  });
}

function modelPieces(artifact: Artifact): Uint8Array[] {
  return placed({}, () => {
    const weights = placed({ section: weightsName }, () => encodeSafetensors(artifact.tensors));
    const body = {
      format: formatName,
      formatVersion: modelFileVersion,
      generator: artifact.generator,
      generatorFormatVersion: artifact.formatVersion,
      manifest: artifact.manifest,
    };
    const manifest = placed({ section: manifestName }, () => {
      const sha256 = {
        [manifestName]: sha256Of([utf8(canonicalJson(body))]),
        [weightsName]: sha256Of(weights),
      };
      return padded(utf8(canonicalJson({ ...body, sha256 })));
    });
    return storedZip([
      { name: manifestName, chunks: [manifest] },
      { name: weightsName, chunks: weights },
    ]);
  });
}

/** Blanks after the JSON, so that the numbers behind the next header begin at a multiple of 8 in the file. */
function padded(json: Uint8Array): Uint8Array {
  const before = 2 * localHeaderBytes + manifestName.length + weightsName.length;
  const bytes = new Uint8Array(json.length + ((8 - ((before + json.length) % 8)) % 8)).fill(0x20);
  bytes.set(json);
  return bytes;
}

/**
 * Reads a `.verisim` file. No code runs, nothing outside the file is opened.
 *
 * @throws VerisimError `VERISIM_MODEL_FILE` with the file, section and tensor, for anything but a sound model within the
 * limits; `VERISIM_FILE_NOT_FOUND`, `VERISIM_FILE_IS_FOLDER`, `VERISIM_FILE_ACCESS`
 */
export async function readModelFile(path: string, limits: ModelFileLimits = {}): Promise<Artifact> {
  const { fileBytes } = { ...defaultLimits, ...limits };
  const where = { file: path };
  let bytes: Uint8Array;
  try {
    const handle = await open(path, "r");
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
      if (!stats.isFile()) throw refused("a file but received a device or a pipe", where);
      if (stats.size > fileBytes)
        throw refused(`a file of at most ${fileBytes} bytes but received ${stats.size}`, where);
      bytes = await readAll(handle, stats.size);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileSystemError(cause, path);
  }
  return placed(where, () => decodeModel(bytes, limits));
}

/**
 * The model in the bytes of a `.verisim` file. Tensors are views of `bytes` where it is aligned to 8.
 *
 * @throws VerisimError `VERISIM_MODEL_FILE` as {@link readModelFile}
 */
export function decodeModel(bytes: Uint8Array, limits: ModelFileLimits = {}): Artifact {
  const { fileBytes, headerBytes } = { ...defaultLimits, ...limits };
  return placed({}, () => {
    if (bytes.length > fileBytes)
      throw refused(`a file of at most ${fileBytes} bytes but received ${bytes.length}`, {});
    const sections = readStoredZip(bytes, [manifestName, weightsName]);
    const manifestBytes = sections.get(manifestName);
    const weights = sections.get(weightsName);
    if (!manifestBytes || !weights) throw refused(`the entries ${manifestName} and ${weightsName}`, {});
    const { body, weightsHash } = placed({ section: manifestName }, () =>
      readManifest(manifestBytes, headerBytes),
    );
    const tensors = placed({ section: weightsName }, () => {
      if (sha256Of([weights]) !== weightsHash) throw wrongHash();
      return decodeSafetensors(weights, headerBytes);
    });
    return { ...body, tensors };
  });
}

function readManifest(
  bytes: Uint8Array,
  maxBytes: number,
): { body: Omit<Artifact, "tensors">; weightsHash: string } {
  if (bytes.length > maxBytes) throw refused(`at most ${maxBytes} bytes but received ${bytes.length}`, {});
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new VerisimError("VERISIM_MODEL_FILE", "Expected JSON but received other text.", { cause });
  }
  if (!isPlainObject(value) || value.format !== formatName)
    throw refused(`the manifest of a Verisim model ("format": "${formatName}")`, {});
  const version = value.formatVersion;
  if (!isVersion(version)) throw refused("a whole number as formatVersion", {});
  if (version > modelFileVersion) {
    const message = `Expected a model file of version ${modelFileVersion} or earlier but received version ${version}.`;
    throw new VerisimError("VERISIM_MODEL_FILE", message, { hint: "Update Verisim to read it." });
  }
  const { sha256, ...body } = value;
  const keys = Object.keys(value).sort().join();
  if (keys !== "format,formatVersion,generator,generatorFormatVersion,manifest,sha256")
    throw refused("the keys of version 1 and no others", {});
  if (!isPlainObject(sha256) || Object.keys(sha256).sort().join() !== `${manifestName},${weightsName}`)
    throw refused("a hash for each section", {});
  if (Buffer.compare(padded(utf8(canonicalJson(value as JsonObject))), bytes) !== 0)
    throw refused("JSON in its canonical spelling (sorted keys, each once)", {});
  const { generator, generatorFormatVersion, manifest } = body;
  if (sha256Of([utf8(canonicalJson(body as JsonObject))]) !== sha256[manifestName]) throw wrongHash();
  if (typeof generator !== "string" || generator === "" || generator.length > 200)
    throw refused("the name of a generator", {});
  if (!isVersion(generatorFormatVersion)) throw refused("a whole number as generatorFormatVersion", {});
  if (!isPlainObject(manifest)) throw refused("an object as manifest", {});
  return {
    body: { generator, formatVersion: generatorFormatVersion, manifest: manifest as JsonObject },
    weightsHash: String(sha256[weightsName]),
  };
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function sha256Of(chunks: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** One call moves at most 1 GiB: the system refuses more than 2 GiB at once. */
const pieceBytes = 2 ** 30;

async function readAll(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(pieceBytes, size - done), done);
    if (bytesRead === 0) throw refused("a file that stays as long as it was", {});
    done += bytesRead;
  }
  return bytes;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(pieceBytes, bytes.length - done));
    done += bytesWritten;
  }
}

function refused(expected: string, where: ErrorPlace): VerisimError {
  const sentence = expected.includes("but received") ? expected : `${expected} but received something else`;
  return new VerisimError("VERISIM_MODEL_FILE", `Expected ${sentence}.`, { where });
}

function wrongHash(): VerisimError {
  return new VerisimError(
    "VERISIM_MODEL_FILE",
    "Expected the section to match its SHA-256 but it does not.",
    {
      hint: "The file was damaged or changed: fetch or fit it again.",
    },
  );
}

/** Adds a place to what goes wrong inside, and turns the formats' own errors into VERISIM_MODEL_FILE. */
function placed<Result>(where: ErrorPlace, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (VerisimError.isInstance(error)) {
      throw new VerisimError(error.code, error.message, {
        where: { ...where, ...error.where },
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        cause: error.cause,
      });
    }
    if (error instanceof ZipFormatError)
      throw refused(error.message, {
        ...where,
        ...(error.entry === undefined ? {} : { section: error.entry }),
      });
    if (error instanceof SafetensorsError)
      throw refused(error.message, {
        ...where,
        ...(error.tensor === undefined ? {} : { tensor: error.tensor }),
      });
    if (error instanceof CanonicalJsonError)
      throw refused(`${error.message} at ${JSON.stringify(error.path)}`, where);
    throw error;
  }
}
