const compiled = new Map<string, RegExp | undefined>();

/**
 * A pattern of a service model as JavaScript has it. AWS writes them for Java and means whole values.
 * @returns undefined for a pattern that JavaScript cannot express.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
  return compiled.get(pattern);
}

function compile(pattern: string): RegExp | undefined {
  const java = pattern
    // Flags at the start apply to everything: (?s) is set below.
    .replace(/^\(\?s\)/, "")
    .replace(/\\p\{(Alpha|Alnum|Digit|Punct|Space)\}/g, (_, name: string) => posix[name]!)
    .replaceAll("\\A", "^")
    .replace(/\\[zZ]/g, "$");
  // Unicode mode refuses escapes that escape nothing, and the other mode knows no \p{L}.
  const strict = java.replace(/\\([^\w^$\\.*+?()[\]{}|/-])/g, "$1");
  for (const [source, flags] of [
    [strict, "su"],
    [java, "s"],
  ] as const) {
    try {
      return new RegExp(`^(?:${source})$`, flags);
    } catch {
      // The next mode may accept it.
    }
  }
  return undefined;
}

const posix: Readonly<Record<string, string>> = {
  Alpha: "A-Za-z",
  Alnum: "A-Za-z0-9",
  Digit: "0-9",
  Punct: "!-\\/:-@\\[-`{-~",
  Space: "\\s",
};
