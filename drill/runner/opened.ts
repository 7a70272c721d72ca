/** What a worker thread was opened with: the program, and the designs that it plays. */
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

/** Takes designs of which the pool did not know when it was opened. */
export function learn(bundled: readonly BundledDesign[]): void {
  for (const each of bundled) bundles.set(each.name, each);
}

/** Drops designs that are played no more, with what their platforms had stored. */
export function forget(bundled: readonly BundledDesign[]): void {
  for (const { name } of bundled) {
    bundles.delete(name);
    designs.delete(name);
  }
}

/** A design is kept: what its platform has stored when it is armed is played once a thread. */
export function designNamed(name: string): Design {
  let design = designs.get(name);
  if (design === undefined) {
    const bundled = bundles.get(name);
    if (bundled === undefined) throw new Error(`the worker was not given the design ${name}`);
    designs.set(name, (design = designOf(bundled, resources)));
  }
  return design;
}
