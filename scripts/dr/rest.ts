import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";

/** A request to a service of AWS that speaks JSON over REST. */
export interface RestRequest {
  method: "GET" | "POST" | "DELETE";
  path: string;
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
  return async ({ method, path, body }) => {
    const signed = await signer.sign({
      protocol: "https:",
      hostname,
      method,
      path,
      headers: { host: hostname, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = await fetch(`https://${hostname}${path}`, {
      method,
      headers: signed.headers,
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (answer.ok) return text === "" ? {} : (JSON.parse(text) as unknown);
    throw errorOf(answer, text);
  };
}

/** AWS names an error in a header, with more behind a colon. */
function errorOf({ status, headers }: Response, text: string): Error {
  const name = headers.get("x-amzn-errortype")?.split(":")[0] ?? `HTTP ${status}`;
  const [, message = text] = /"[Mm]essage"\s*:\s*"([^"]*)"/.exec(text) ?? [];
  return Object.assign(new Error(message || "no message"), { name });
}
