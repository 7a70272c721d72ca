/** Where a provider publishes its keys. Some issuers end in a slash. */
export function keySetUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/jwks.json`;
}
