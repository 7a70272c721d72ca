import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { agents, closeIdleSockets } from "./agents";

const LOST_CONNECTION_CODES: readonly unknown[] = ["ECONNRESET", "EPIPE"];

type RetryStrategy = Extract<
  DynamoDBClientConfig["retryStrategy"],
  { acquireInitialRetryToken: unknown }
>;

const attempt = (retries: number) => ({
  getRetryCount: () => retries,
  getRetryDelay: () => 0,
});

/**
 * Repeats a call once, on a new connection, if its connection was lost: the other side may have
 * closed it while the execution environment was frozen. Other errors are not retried, because the
 * handlers have their own timeouts and retries, and the SDK's could take longer than these. A call
 * may so be carried out twice. The handlers expect that of every call.
 */
const retryLostConnections: RetryStrategy = {
  acquireInitialRetryToken: () => Promise.resolve(attempt(0)),
  refreshRetryTokenForRetry: (token, { error }) => {
    const { code } = (error ?? {}) as { code?: unknown };
    const isLost = LOST_CONNECTION_CODES.includes(code);
    if (!isLost || token.getRetryCount() > 0) return Promise.reject(new Error("no retry"));
    closeIdleSockets();
    return Promise.resolve(attempt(1));
  },
  recordSuccess: () => {},
};

/** Options of every AWS client. */
export const clientOptions = { requestHandler: agents, retryStrategy: retryLostConnections };

/** Returns a function that creates a client per region at its first use. */
export function perRegion<Client>(make: (region: string) => Client): (region: string) => Client {
  const clients = new Map<string, Client>();
  return (region) => {
    let client = clients.get(region);
    if (client === undefined) clients.set(region, (client = make(region)));
    return client;
  };
}
