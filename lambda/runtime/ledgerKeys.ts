/**
 * Partition keys of the ledger. Each function's role is limited to the keys that its handler uses;
 * in a policy, `*` stands for any region or order id.
 */
export const CONTROL_KEY = "control";
/** The last takeovers, for operators. */
export const TAKEOVERS_KEY = "takeovers";
/** The sentinel's probe results. */
export const PROBES_KEY = "looks#sentinel";
/** A region's heartbeat. */
export const aliveKey = (region: string): string => `alive#${region}`;
/** What a region settles. */
export const progressKey = (region: string): string => `progress#${region}`;
export const orderKey = (orderId: string): string => `order#${orderId}`;
export const isOrderKey = (pk: string): boolean => pk.startsWith("order#");
export const orderIdOf = (pk: string): string => pk.slice("order#".length);
