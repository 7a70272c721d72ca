/** What a worker thread received at its start: the program, and the designs it plays. */
import { readFileSync } from "node:fs";
import type { Resource } from "../description/lookup";
import { type BundledDesign, type Design, designOf } from "./design";

export interface Opening {
  resources: readonly Resource[];
  designs: readonly BundledDesign[];
}

const opening = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Opening;
export const { resources } = opening;

const bundles = new Map<string, BundledDesign>();
const designs = new Map<string, Design>();
learn(opening.designs);

/** Adds designs that were not known when the pool was opened. */
export function learn(bundled: readonly BundledDesign[]): void {
  for (const each of bundled) bundles.set(each.name, each);
}

/** Removes designs that are no longer played, with the stored state of their platforms. */
export function forget(bundled: readonly BundledDesign[]): void {
  for (const { name } of bundled) {
    bundles.delete(name);
    designs.delete(name);
  }
}

/** Keeps each design, so that every thread plays its start (the armed platform) only once. */
export function designNamed(name: string): Design {
  let design = designs.get(name);
  if (design === undefined) {
    const bundled = bundles.get(name);
    if (bundled === undefined) throw new Error(`the worker was not given the design ${name}`);
    designs.set(name, (design = designOf(bundled, resources)));
  }
  return design;
}
