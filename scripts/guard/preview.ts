import { z } from "zod";

/** What the guard reads of `pulumi preview --json`; the rest is dropped. */
const previewSchema = z.object({
  config: z.record(z.string(), z.unknown()).default({}),
  /** Absent if nothing changes. */
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        provider: z.string().optional(),
        newState: z
          .object({
            parent: z.string().optional(),
            inputs: z.record(z.string(), z.unknown()).optional(),
          })
          .nullish(),
        replaceReasons: z.array(z.string()).nullish(),
        detailedDiff: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .default([]),
  diagnostics: z.array(z.object({ severity: z.string(), message: z.string() })).default([]),
});

export type Preview = z.infer<typeof previewSchema>;
export type Step = Preview["steps"][number];

/** @throws Error where the text is not the output of `pulumi preview --json`. */
export function readPreview(text: string): Preview {
  try {
    return previewSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(
      `preview: got "${text.slice(0, 80)}"; the output of \`pulumi preview --json\` was expected`,
      { cause: error },
    );
  }
}

/** A value of the program's configuration. */
export function settingOf({ config }: Preview, name: string): string | undefined {
  const [, value] = Object.entries(config).find(([key]) => key.split(":").at(-1) === name) ?? [];
  return typeof value === "string" ? value : undefined;
}

/** The errors of a preview that failed. */
export function errorsOf({ diagnostics }: Preview): string[] {
  return diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
}

/** Type and Pulumi name of a resource. */
export function partsOf(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}
