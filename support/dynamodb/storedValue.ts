/**
 * A value as a table stores it: shares nothing with the caller, and without undefined parts, which
 * the functions' client drops.
 */
export function storedValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(storedValue);
  // Copied whole, then changed where it must be: faster than to build it name by name.
  const copy: Record<string, unknown> = { ...value };
  for (const key in copy) {
    const part = copy[key];
    if (part === undefined) delete copy[key];
    else if (typeof part === "object" && part !== null) copy[key] = storedValue(part);
  }
  return copy;
}
