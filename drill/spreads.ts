import type * as esbuild from "esbuild";

/**
 * For bundles that worlds are played from. Node 20's V8 gives every object that `{ ...a, b }` makes
 * a hidden class of its own, which takes microseconds; Node 24's no longer does. What is spread here
 * is plain data, of which Object.assign makes the same.
 */
export const spreadsLowered = {
  supported: { "object-rest-spread": false },
} as const satisfies esbuild.BuildOptions;

/** esbuild's helpers by what they are here. */
const helpers = {
  __spreadValues: /^var __spreadValues = \(a, b\) => \{$.*?^\};$/gms,
  __spreadProps: /^var __spreadProps = .*;$/gm,
};

/**
 * Lets a bundle that was built with `spreadsLowered` spread by Object.assign.
 * @throws Error where esbuild no longer writes its helpers as this file knows them.
 */
export function withFastSpreads(bundle: string): string {
  let fast = bundle;
  for (const [name, helper] of Object.entries(helpers)) {
    fast = fast.replace(helper, `var ${name} = Object.assign;`);
    if (new RegExp(`^var ${name} = (?!Object.assign;)`, "m").test(fast)) {
      throw new Error(`esbuild writes ${name} in a way of its own: see drill/spreads.ts`);
    }
  }
  return fast;
}
