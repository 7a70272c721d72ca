// Stand-in for the random provider: the one type that the program uses.
import { randomBytes } from "node:crypto";
import { serve } from "./server.mjs";
import * as values from "./values.mjs";
import { note } from "./world.mjs";

const PASSWORD = "random:index/randomPassword:RandomPassword";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function requirePassword(urn) {
  const { type } = values.partsOf(urn);
  if (type === PASSWORD) return;
  throw new Error(`${type} is not in the stand-in: add it to scripts/engine/providers/random.mjs`);
}

const text = (length) =>
  [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");

const provider = {
  diffConfig: () => ({ changes: [] }),
  configure: () => undefined,
  invoke(token) {
    throw new Error(`${token} is not in the stand-in`);
  },
  check({ urn, inputs }) {
    requirePassword(urn);
    return { inputs };
  },
  // Every change makes a new password.
  diff({ before, inputs }) {
    const changes = values.differences(before, inputs);
    const topLevel = [...new Set(changes.map(([path]) => values.topOf(path)))];
    const marked = changes.map(([path, kind]) => [path, kind, true]);
    return { changes: marked, replaces: topLevel, topLevel };
  },
  create({ urn, inputs, preview }) {
    if (preview) return { id: "", outputs: { ...inputs, result: values.secret(values.UNKNOWN) } };
    const result = text(values.plain(inputs).length);
    note("create", urn, { id: "none", inputs: values.masked(inputs) });
    return { id: "none", outputs: { ...inputs, result: values.secret(result) } };
  },
  update: ({ state, inputs }) => ({ ...state, ...inputs }),
  delete: ({ urn, id }) => note("delete", urn, { id }),
  read: ({ inputs, state }) => ({ inputs, outputs: state }),
};

serve(provider, process.env.RIG_VERSION);
