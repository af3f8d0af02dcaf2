// Reads the interfaces and type aliases of plain-data modules into JSON Schema: the types are the one definition, and
// their comments are the descriptions. Only what plain data needs is understood; anything else is an error.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { docText, type Token, tokensOf } from "./type-tokens.ts";

/** A JSON Schema (2020-12), as far as it is used here. */
export interface Schema {
  description?: string;
  type?: string | string[];
  const?: string | number | boolean;
  enum?: (string | number | boolean)[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | false;
  prefixItems?: Schema[];
  additionalProperties?: Schema;
  anyOf?: Schema[];
  $ref?: string;
}

/** One module: its declarations as schemas, and where its imported names come from. */
class TypeModule {
  readonly schemas = new Map<string, () => Schema>();
  readonly imports = new Map<string, string>();
  readonly stars: string[] = [];
  readonly file: string;
  readonly reader: TypeReader;
  readonly #tokens: Token[];
  #at = 0;

  constructor(file: string, source: string, reader: TypeReader) {
    this.file = file;
    this.reader = reader;
    this.#tokens = tokensOf(source);
    let doc = "";
    while (this.#at < this.#tokens.length) {
      const { kind, value } = this.#tokens[this.#at]!;
      if (kind === "doc") doc = docText(value);
      if (value === "import") this.#readImport();
      else if (
        value === "interface" ||
        (value === "type" && this.#tokens[this.#at + 1]?.kind === "word" && /^[=<]$/.test(this.#peek(2)))
      )
        this.#declare(value, doc);
      else if (
        value === "export" &&
        (/^[{*]$/.test(this.#peek(1)) || (this.#peek(1) === "type" && /^[{*]$/.test(this.#peek(2))))
      )
        this.#readExport();
      else this.#at++;
      if (kind !== "doc" && value !== "export") doc = "";
    }
  }

  #peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.value ?? "";
  }

  #take(expected?: string): string {
    const value = this.#peek();
    if (expected !== undefined && value !== expected)
      throw new Error(`${this.file}: expected ${expected} but found ${value || "the end"}`);
    this.#at++;
    return value;
  }

  #names(): string[] {
    const names: string[] = [];
    this.#take("{");
    while (this.#peek() !== "}") {
      if (this.#peek() === "type" && this.#tokens[this.#at + 1]?.kind === "word") this.#take();
      names.push(this.#take());
      if (this.#peek() === "as") this.#at += 2;
      if (this.#peek() === ",") this.#take();
    }
    this.#take("}");
    return names;
  }

  #from(): string {
    this.#take("from");
    return JSON.parse(this.#take()) as string;
  }

  #readImport(): void {
    this.#take("import");
    if (this.#peek() === "type") this.#take();
    if (this.#peek() !== "{") return;
    const names = this.#names();
    const from = this.#from();
    for (const name of names) this.imports.set(name, from);
  }

  #readExport(): void {
    this.#take("export");
    if (this.#peek() === "type") this.#take();
    if (this.#peek() === "{") {
      const names = this.#names();
      if (this.#peek() !== "from") return;
      const from = this.#from();
      for (const name of names) this.imports.set(name, from);
    } else {
      this.#take();
      this.stars.push(this.#from());
    }
  }

  #declare(keyword: string, description: string): void {
    this.#take(keyword);
    const name = this.#take();
    const bases: string[] = [];
    if (keyword === "interface" && this.#peek() === "extends") {
      this.#take();
      bases.push(this.#take());
      while (this.#peek() === ",") {
        this.#take();
        bases.push(this.#take());
      }
    }
    if (keyword === "type") this.#take("=");
    const start = this.#at;
    this.#skip();
    const read = (): Schema => {
      this.#at = start;
      const own = keyword === "interface" ? this.#object() : this.#union();
      // What an interface extends is written out: a reader of the schema need not put it together.
      const parts = [
        ...bases.map((base) => this.reader.definitions.get(this.reader.define(base, this))!),
        own,
      ];
      const schema: Schema =
        bases.length === 0
          ? own
          : {
              type: "object",
              properties: Object.assign({}, ...parts.map((part) => part.properties)) as Record<
                string,
                Schema
              >,
              required: parts.flatMap((part) => part.required ?? []),
            };
      return description ? { description, ...schema } : schema;
    };
    this.schemas.set(name, read);
  }

  /** To the end of a declaration: its closing brace, or its semicolon outside of all brackets. */
  #skip(): void {
    let depth = 0;
    for (; this.#at < this.#tokens.length; this.#at++) {
      const value = this.#peek();
      if (/^[{[(<]$/.test(value)) depth++;
      if (/^[}\])>]$/.test(value)) depth--;
      if (depth === 0 && (value === ";" || (value === "}" && this.#peek(1) !== "[" && this.#peek(1) !== "|")))
        return;
    }
  }

  #object(): Schema {
    const properties: Record<string, Schema> = {};
    const required: string[] = [];
    this.#take("{");
    let description = "";
    while (this.#peek() !== "}") {
      if (this.#tokens[this.#at]!.kind === "doc") {
        description = docText(this.#take());
        continue;
      }
      if (this.#peek() === "readonly") this.#take();
      const quoted = this.#tokens[this.#at]!.kind === "text";
      const name = quoted ? (JSON.parse(this.#take()) as string) : this.#take();
      if (this.#peek() === "?") this.#take();
      else required.push(name);
      this.#take(":");
      const type = this.#union();
      properties[name] = description ? { description, ...type } : type;
      description = "";
      if (/^[;,]$/.test(this.#peek())) this.#take();
    }
    this.#take("}");
    return { type: "object", properties, required };
  }

  #union(): Schema {
    this.#skipDocs();
    if (this.#peek() === "|") this.#take();
    const parts: Schema[] = [];
    for (;;) {
      this.#skipDocs();
      parts.push(this.#suffixed());
      // A comment here may be the next field's: it is skipped where another kind follows.
      if (this.#tokens[this.#at]?.kind === "doc" && this.#peek(1) === "|") this.#take();
      if (this.#peek() !== "|") break;
      this.#take();
    }
    return joined(parts);
  }

  #skipDocs(): void {
    while (this.#tokens[this.#at]?.kind === "doc") this.#at++;
  }

  #suffixed(): Schema {
    let schema = this.#single();
    while (this.#peek() === "[" && this.#peek(1) === "]") {
      this.#at += 2;
      schema = { type: "array", items: schema };
    }
    // `string & {}` keeps an editor's suggestions and is any text.
    if (this.#peek() === "&" && this.#peek(1) === "{" && this.#peek(2) === "}") this.#at += 3;
    return schema;
  }

  #single(): Schema {
    const { kind, value } = this.#tokens[this.#at] ?? { kind: "other", value: "" };
    if (value === "{") return this.#object();
    if (value === "[") return this.#tuple();
    if (value === "(") {
      this.#take();
      if (this.#peek() === "typeof") return this.#valuesOf();
      const inner = this.#union();
      this.#take(")");
      return inner;
    }
    this.#take();
    if (kind === "text") return { const: JSON.parse(value) as string };
    if (kind === "number") return { const: Number(value) };
    if (value === "readonly") return this.#suffixed();
    if (value === "null" || value === "string" || value === "number" || value === "boolean")
      return { type: value };
    if (value === "true" || value === "false") return { const: value === "true" };
    if (value === "Record" || value === "Readonly") return this.#generic(value);
    if (kind !== "word") throw new Error(`${this.file}: expected a type but found ${value}`);
    return this.#reference(value);
  }

  #generic(name: string): Schema {
    this.#take("<");
    const first = this.#union();
    if (name === "Readonly") {
      this.#take(">");
      return first;
    }
    this.#take(",");
    const values = this.#union();
    this.#take(">");
    return { type: "object", additionalProperties: values };
  }

  #tuple(): Schema {
    this.#take("[");
    const prefixItems: Schema[] = [];
    while (this.#peek() !== "]") {
      prefixItems.push(this.#union());
      if (this.#peek() === ",") this.#take();
    }
    this.#take("]");
    return { type: "array", prefixItems, items: false };
  }

  /** `(typeof names)[number]`: the texts of a constant array of this module. */
  #valuesOf(): Schema {
    this.#take("typeof");
    const name = this.#take();
    this.#take(")");
    this.#take("[");
    this.#take("number");
    this.#take("]");
    const begun = this.#tokens.findIndex(
      ({ value }, at) => value === name && this.#tokens[at + 1]?.value === "=",
    );
    const rest = this.#tokens.slice(begun + 3);
    const texts = rest
      .slice(
        0,
        rest.findIndex(({ value }) => value === "]"),
      )
      .filter(({ kind }) => kind === "text");
    return { enum: texts.map(({ value }) => JSON.parse(value) as string) };
  }

  #reference(name: string): Schema {
    return { $ref: `#/$defs/${this.reader.define(name, this)}` };
  }
}

/** Literals become one enum, types one list. */
function joined(parts: Schema[]): Schema {
  if (parts.length === 1) return parts[0]!;
  if (parts.every((part) => part.const !== undefined)) return { enum: parts.map((part) => part.const!) };
  const isPlain = (part: Schema): boolean => Object.keys(part).join() === "type";
  if (parts.every(isPlain)) return { type: parts.map((part) => part.type as string) };
  const literals = parts.filter((part) => part.const !== undefined);
  const rest = parts.filter((part) => part.const === undefined);
  return {
    anyOf: [...(literals.length > 1 ? [{ enum: literals.map((part) => part.const!) }] : literals), ...rest],
  };
}

/** Equal but for the words. */
function isSame(a: Schema, b: Schema | undefined): boolean {
  const bare = (schema: Schema | undefined): string => JSON.stringify({ ...schema, description: "" });
  return bare(a) === bare(b);
}

/** Follows types from module to module. */
export class TypeReader {
  readonly definitions = new Map<string, Schema>();
  readonly #modules = new Map<string, TypeModule>();
  readonly #owners = new Map<string, string>();

  /** The name under which a type of a module is defined; it is read, with all that it needs, the first time. */
  define(name: string, from: TypeModule): string {
    const owner = this.#find(name, from, new Set());
    if (!owner) throw new Error(`${from.file}: found no type ${name}`);
    // Two modules may give two types one name: the later one is called by its module's folder as well.
    const key = this.#owners.get(`${owner.file}#${name}`) ?? this.#keyFor(name, owner);
    if (this.definitions.has(key)) return key;
    this.definitions.set(key, {});
    // A reader's place is its own: a module may be read again while one of its types is being read.
    const schema = new TypeModule(owner.file, readFileSync(owner.file, "utf8"), this).schemas.get(name)!();
    this.definitions.set(key, schema);
    if (key === name || !isSame(schema, this.definitions.get(name))) return key;
    this.definitions.delete(key);
    this.#owners.set(`${owner.file}#${name}`, name);
    return name;
  }

  #keyFor(name: string, owner: TypeModule): string {
    const taken = [...this.#owners.values()].includes(name);
    const key = taken ? `${/packages\/([\w-]+)/.exec(owner.file)?.[1] ?? "other"}-${name}` : name;
    this.#owners.set(`${owner.file}#${name}`, key);
    return key;
  }

  #find(name: string, from: TypeModule, seen: Set<string>): TypeModule | null {
    if (from.schemas.has(name)) return from;
    const source = from.imports.get(name);
    for (const next of source === undefined ? from.stars : [source]) {
      const file = resolve(next, from.file);
      if (seen.has(file)) continue;
      seen.add(file);
      const found = this.#find(name, this.open(file), seen);
      if (found) return found;
    }
    return null;
  }

  open(file: string): TypeModule {
    const known = this.#modules.get(file);
    if (known) return known;
    const opened = new TypeModule(file, readFileSync(file, "utf8"), this);
    this.#modules.set(file, opened);
    return opened;
  }
}

/** The source file of an import: relative ones by their path, packages by the source of their entry. */
function resolve(specifier: string, from: string): string {
  if (specifier.startsWith(".")) return join(dirname(from), specifier);
  const manifest = createRequire(pathToFileURL(from)).resolve.paths(specifier)!;
  for (const folder of manifest)
    try {
      const root = join(folder, specifier);
      const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
        exports: Record<string, Record<string, string>>;
      };
      return join(root, exports["."]!["verisim-source"]!);
    } catch {}
  throw new Error(`${from}: found no package ${specifier}`);
}
