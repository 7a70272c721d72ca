// order.mjs JOURNAL "OP TYPE NAME"...: fails unless the last entries that match come in this order.
// TYPE is the last part of the type token (Cluster), NAME the Pulumi name.
import { readFileSync } from "node:fs";

const [file, ...wanted] = process.argv.slice(2);
const entries = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

const places = wanted.map((text) => {
  const [op, type, name] = text.split(" ");
  const place = entries.findLastIndex(
    (entry) => entry.op === op && entry.name === name && entry.type.split(":").pop() === type,
  );
  if (place < 0) throw new Error(`the journal has no "${text}"`);
  return place;
});
for (let index = 1; index < places.length; index++) {
  if (places[index - 1] < places[index]) continue;
  throw new Error(`"${wanted[index]}" came before "${wanted[index - 1]}"`);
}
