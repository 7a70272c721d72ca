/**
 * Disables the SDK's retries. The handlers have their own timeouts and retries, and the SDK's could
 * take longer than these.
 */
export const oneAttempt = { maxAttempts: 1 } as const;

/** Returns a function that creates a client per region at its first use. */
export function perRegion<Client>(make: (region: string) => Client): (region: string) => Client {
  const clients = new Map<string, Client>();
  return (region) => {
    let client = clients.get(region);
    if (client === undefined) clients.set(region, (client = make(region)));
    return client;
  };
}
