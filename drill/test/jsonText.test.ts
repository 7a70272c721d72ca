import { JsonText, lightByteLength, lightJson, valueOf } from "../world/jsonText";

const value = { id: "1", price: undefined, parts: [{ n: 1 }, null], isNew: true };
const written = '{"id":"1","parts":[{"n":1},null],"isNew":true}';

describe("JSON that nobody has written out", () => {
  it("reads as the same text wherever a text is read", () => {
    const text = lightJson.stringify(value);
    expect(text).toBeInstanceOf(JsonText);
    expect(String(text)).toBe(written);
    expect(Buffer.from(text as string).toString()).toBe(written);
    expect(JSON.stringify({ body: text })).toBe(JSON.stringify({ body: written }));
  });

  it("is parsed as through its text: a value of its own, without undefined parts", () => {
    const parsed = lightJson.parse(lightJson.stringify(value)) as typeof value;
    expect(Object.keys(parsed)).toEqual(["id", "parts", "isNew"]);
    expect(parsed).toEqual(JSON.parse(written));
    expect(parsed.parts).not.toBe(value.parts);
    expect(parsed.parts[0]).not.toBe(value.parts[0]);
  });

  it("has as many bytes as its text, not as many letters", () => {
    const bytes = Buffer.byteLength('{"symbol":"€"}');
    expect(lightByteLength(new JsonText({ symbol: "€" }))).toBe(bytes);
    expect([lightByteLength('{"symbol":"€"}'), bytes]).toEqual([bytes, 16]);
  });

  it.each([
    {},
    { a: "b" },
    { orderId: "1", symbol: "A CME~", side: "" },
    { quoted: 'a "b"' },
    { path: "a\\b", line: "a\nb" },
    { "€": "1" },
    { count: 1, text: "1" },
    { gone: undefined, text: "1" },
    ["a", "b"],
    null,
    "text",
  ])("has the length of its text: %j", (data) => {
    expect(lightByteLength(new JsonText(data))).toBe(Buffer.byteLength(JSON.stringify(data)));
  });

  it("leaves real text to JSON itself", () => {
    expect(lightJson.parse(written)).toEqual(JSON.parse(written));
    expect(() => lightJson.parse("{")).toThrow(SyntaxError);
    expect(lightJson.stringify(value, null, 2)).toBe(JSON.stringify(value, null, 2));
    expect([valueOf(written), valueOf(new JsonText(value))]).toEqual([JSON.parse(written), value]);
  });
});
