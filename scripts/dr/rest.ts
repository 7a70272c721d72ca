import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

/** A request to a service of AWS that speaks JSON over REST. */
export interface RestRequest {
  method: "GET" | "POST" | "DELETE";
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: Readonly<Record<string, unknown>>;
}

/** @throws an error with the name that AWS gives it, like those of the SDK. */
export type Rest = (request: RestRequest) => Promise<unknown>;

const TIMEOUT_MS = 5_000;

/**
 * Calls a service with the operator's credentials, for the few services whose client of the SDK is not
 * to be had in the version of the other clients.
 */
export function createRest(service: string, region: string): Rest {
  const credentials = defaultProvider();
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const hostname = `${service}.${region}.amazonaws.com`;
  return async ({ method, path, query = {}, body }) => {
    const text = body && JSON.stringify(body);
    const { headers } = await signer.sign({
      protocol: "https:",
      hostname,
      method,
      path,
      query: { ...query },
      headers: { host: hostname, "content-type": "application/json" },
      ...(text !== undefined && { body: text }),
    });
    const url = new URL(`https://${hostname}${path}`);
    url.search = new URLSearchParams(query).toString();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(url, { method, headers, body: text ?? null, signal }).catch(
      (error: Error) => {
        throw unanswered(hostname, error);
      },
    );
    const answered = await answer.text();
    if (!answer.ok) throw errorOf(answer, answered);
    return answered === "" ? {} : (JSON.parse(answered) as unknown);
  };
}

/** A name that is not resolved, a connection that fails or a timeout: all mean the same to `dr`. */
function unanswered(hostname: string, { message, cause }: Error): Error {
  const reason = cause instanceof Error ? cause.message : message;
  return Object.assign(new Error(`${hostname}: ${reason}`), { name: "NoAnswerError" });
}

/** AWS names an error in a header, with more behind a colon. */
function errorOf({ status, headers }: Response, text: string): Error {
  const name = headers.get("x-amzn-errortype")?.split(":")[0] ?? `HTTP ${status}`;
  const [, message = text] = /"[Mm]essage"\s*:\s*"([^"]*)"/.exec(text) ?? [];
  return Object.assign(new Error(message || "no message"), { name });
}
