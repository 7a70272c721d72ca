import type * as z from "zod/mini";

/** The paths of the fields that do not fit a schema, for a message. Values are left out. */
export function wrongFields(error: z.core.$ZodError): string {
  const paths = error.issues.map(({ path }) => path.map(String).join(".") || "the whole");
  return [...new Set(paths)].join(", ");
}
