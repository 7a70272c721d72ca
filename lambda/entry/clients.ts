/**
 * One attempt per call: every caller has its own notion of trying again, and an SDK's silent
 * retries would outlast it.
 */
export const oneAttempt = { maxAttempts: 1 } as const;

/** A client per region, made when first asked for. */
export function perRegion<Client>(make: (region: string) => Client): (region: string) => Client {
  const clients = new Map<string, Client>();
  return (region) => {
    let client = clients.get(region);
    if (client === undefined) clients.set(region, (client = make(region)));
    return client;
  };
}
