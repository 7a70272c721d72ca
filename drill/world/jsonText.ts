/**
 * JSON that is written out only where somebody reads it as text. What one handler writes another
 * one parses, and few texts are ever looked at in between.
 */
export class JsonText {
  private text: string | undefined;

  /** @param value plain data that nobody changes afterwards: test/drill/storedItems.test.ts */
  constructor(readonly value: unknown) {}

  toString(): string {
    return (this.text ??= JSON.stringify(this.value));
  }

  /** As `Buffer.from` reads it. */
  [Symbol.toPrimitive](): string {
    return this.toString();
  }

  /** Inside another text it is a text. */
  toJSON(): string {
    return this.toString();
  }
}

/** What a service is handed as text. */
export type Text = string | JsonText;

/** What a text says. @throws SyntaxError where it is no JSON. */
export function valueOf(text: Text): unknown {
  return text instanceof JsonText ? text.value : JSON.parse(text);
}

/** `JSON` as the handlers of a world see it. */
export const lightJson = {
  stringify: (value: unknown, ...format: [null, number] | []): Text =>
    format.length === 0 ? new JsonText(value) : JSON.stringify(value, ...format),
  parse: (text: Text): unknown =>
    text instanceof JsonText ? copied(text.value) : JSON.parse(text),
};

/** As through a text and back: shares nothing, and has no undefined parts. */
function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    if (part !== undefined) copy[key] = copied(part);
  }
  return copy;
}
