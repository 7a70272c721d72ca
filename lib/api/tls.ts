import type { Retention } from "../config/retention";

export interface Tls {
  readonly securityPolicy?: string;
  readonly endpointAccessMode?: string;
}

/**
 * TLS 1.2 and 1.3. Route 53's health checkers need TLS 1.2 at most (Route 53 API Reference,
 * HealthCheckConfig), so a policy with TLS 1.3 alone would make both regions unhealthy. STRICT refuses
 * requests whose host is not the one of the handshake.
 */
const tls12And13: Tls = {
  securityPolicy: "SecurityPolicy_TLS13_1_2_2021_06",
  endpointAccessMode: "STRICT",
};

/**
 * What an API's own address accepts. AWS needs about 15 minutes to change it (API Gateway Developer
 * Guide, "How to change a security policy"), so ephemeral environments keep the default, which also
 * accepts TLS 1.0.
 */
export const apiTls: Readonly<Record<Retention, Tls>> = { ephemeral: {}, durable: tls12And13 };

/** What a custom domain accepts. */
export const domainTls: Readonly<Record<Retention, Tls>> = {
  ephemeral: { securityPolicy: "TLS_1_2" },
  durable: tls12And13,
};
