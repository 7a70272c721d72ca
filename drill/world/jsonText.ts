import { storedValue } from "../../support/dynamodb/storedValue";

/**
 * JSON that is written out only where somebody reads it as text. What one handler writes another
 * one parses, and few texts are ever looked at in between.
 */
export class JsonText {
  private text: string | undefined;

  /** @param value plain data that nobody changes afterwards: drill/test/storedItems.test.ts */
  constructor(readonly value: unknown) {}

  toString(): string {
    return (this.text ??= JSON.stringify(this.value));
  }

  /** In UTF-8; of plain data without writing it out. */
  get byteLength(): number {
    return plainLength(this.value) ?? Buffer.byteLength(this.toString());
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

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = "\\".charCodeAt(0);

/** Only letters that JSON writes as they are, each in one byte. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return false;
  }
  return true;
}

/** Length of an object of plain texts as JSON; undefined where it is something else. */
function plainLength(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  let length = 1;
  for (const name of Object.keys(value)) {
    const text = (value as Record<string, unknown>)[name];
    if (typeof text !== "string" || !isPlain(name) || !isPlain(text)) return undefined;
    length += name.length + text.length + `"":"",`.length;
  }
  return length === 1 ? undefined : length;
}

/** What a service is handed as text. */
export type Text = string | JsonText;

/** What a text says. @throws SyntaxError where it is no JSON. */
export function valueOf(text: Text): unknown {
  return text instanceof JsonText ? text.value : JSON.parse(text);
}

/** `Buffer.byteLength` as the handlers of a world see it. */
export const lightByteLength = (text: Text): number =>
  text instanceof JsonText ? text.byteLength : Buffer.byteLength(text);

/** `JSON` as the handlers of a world see it: what they parse is a value of its own. */
export const lightJson = {
  stringify: (value: unknown, ...format: [null, number] | []): Text =>
    format.length === 0 ? new JsonText(value) : JSON.stringify(value, ...format),
  parse: (text: Text): unknown =>
    text instanceof JsonText ? storedValue(text.value) : JSON.parse(text),
};
