import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { sharedCalls } from "../runtime/sharedCalls";

const share = sharedCalls<LookupAddress[]>();

/**
 * Resolves a host name for HTTP agents. Concurrent lookups of one name share one call. A call holds
 * one of libuv's few threads until the name server answers or getaddrinfo gives up, which takes many
 * seconds (Node.js: dns, implementation considerations). Without sharing, the polls of a lost region
 * would soon hold all threads, and names of healthy regions could not be resolved.
 */
export const sharedLookup: LookupFunction = (hostname, options, callback) => {
  const { family, hints } = options;
  const key = JSON.stringify([hostname, family, hints]);
  share(key, () => lookup(hostname, { ...options, all: true })).then(
    (addresses) => {
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      callback(null, first?.address ?? "", first?.family);
    },
    (error: NodeJS.ErrnoException) => callback(error, ""),
  );
};
