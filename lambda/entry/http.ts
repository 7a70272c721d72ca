import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import type { Http, HttpAnswer } from "../runtime/runtime";
import { HTTP_BODY_MAX_BYTES } from "../runtime/tunables";
import { sharedLookup } from "./lookup";

/**
 * Sends a request on a connection of its own, so that it never meets one that was closed while the
 * execution environment was frozen. Does not follow redirects.
 */
export const http: Http = ({ url, method, headers, body }, signal) =>
  new Promise<HttpAnswer>((resolve, reject) => {
    const send = url.startsWith("http:") ? plainRequest : tlsRequest;
    const options = { method, signal, headers: headers ?? {}, agent: false, lookup: sharedLookup };
    const sent = send(url, options, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > HTTP_BODY_MAX_BYTES) {
          answer.destroy(new Error(`the body has more than ${HTTP_BODY_MAX_BYTES} bytes`));
        }
      });
      answer.on("error", reject);
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
