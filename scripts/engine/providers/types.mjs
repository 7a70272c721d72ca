// What a resource type looks like, read from the installed @pulumi/aws: its inputs and pure outputs
// from the .js file, the outputs' types and the notes on replacement from the .d.ts file.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { replacing } from "./replacing.mjs";

const root = path.dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));
const REPLACES =
  /\bforces? (a )?(new resource|replacement|re-?creation)|forces the creation of a new|Changing this (value )?(forces|creates) a new/i;
const known = new Map();

const namesOf = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);

function read(token) {
  const [, module, resource] = /^aws:([\w-]+)\/(\w+):\w+$/.exec(token) ?? [];
  const file = path.join(root, `${module}`, `${resource}`);
  if (!existsSync(`${file}.js`))
    throw new Error(`${token} is no type of the installed @pulumi/aws`);
  const code = readFileSync(`${file}.js`, "utf8");
  const types = readFileSync(`${file}.d.ts`, "utf8");
  const resourceClass = types.slice(0, types.indexOf("export interface"));
  const args = types.slice(types.lastIndexOf("export interface"));
  const outputs = resourceClass.matchAll(/readonly (\w+): pulumi\.Output<([\s\S]*?)>;\n/g);
  const notes = [...args.matchAll(/\/\*\*([\s\S]*?)\*\/\s*(\w+)\??: pulumi\.Input/g)];
  return {
    token,
    module,
    resource,
    inputs: new Set(
      namesOf(code.slice(code.lastIndexOf("else {")), /resourceInputs\["(\w+)"\] = (?!undefined)/g),
    ),
    required: new Set(namesOf(code, /Missing required property '(\w+)'/g)),
    outputs: Object.fromEntries(
      [...outputs].map(([, name, type]) => [name, type.replace(/\s+/g, " ").trim()]),
    ),
    replacing: new Set([
      ...replacing(token),
      ...notes.filter(([, note]) => REPLACES.test(note)).map(([, , name]) => name),
    ]),
  };
}

export function typeOf(token) {
  if (!known.has(token)) known.set(token, read(token));
  return known.get(token);
}
