import * as http from "node:http";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import { SOCKET_IDLE_MAX_MS } from "../runtime/tunables";
import { sharedLookup } from "./lookup";

declare module "node:http" {
  interface Agent {
    /** Node calls this for each request, before it chooses a socket. Node does not document it. */
    addRequest(request: http.ClientRequest, options: object): void;
  }
}

/**
 * True if a connection must not be used again. The wall clock decides, because timers do not fire
 * while Lambda freezes the execution environment. A clock that was set back also counts.
 */
export function isIdleTooLong(sinceMs: number): boolean {
  const idleMs = Date.now() - sinceMs;
  return idleMs < 0 || idleMs > SOCKET_IDLE_MAX_MS;
}

function closeFreeSockets(agent: http.Agent, mustClose: (socket: Duplex) => boolean): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) if (mustClose(socket)) socket.destroy();
  }
}

/**
 * Makes a keep-alive agent close sockets that were idle for too long before it chooses one. While
 * an execution environment is frozen, the other side closes idle connections or forgets them, and
 * the environment learns of it only when it uses them.
 */
function withoutOldSockets<Kind extends http.Agent>(agent: Kind): Kind {
  const idleSinceMs = new WeakMap<Duplex, number>();
  const keepSocketAlive = agent.keepSocketAlive.bind(agent);
  const addRequest = agent.addRequest.bind(agent);
  agent.keepSocketAlive = (socket) => {
    idleSinceMs.set(socket, Date.now());
    return keepSocketAlive(socket);
  };
  agent.addRequest = (request, options) => {
    closeFreeSockets(agent, (socket) => isIdleTooLong(idleSinceMs.get(socket) ?? 0));
    addRequest(request, options);
  };
  return agent;
}

const options = { keepAlive: true, maxSockets: 50, lookup: sharedLookup };

/** The agents of all AWS clients. `http` serves endpoints without TLS, such as those of tests. */
export const agents = {
  httpAgent: withoutOldSockets(new http.Agent(options)),
  httpsAgent: withoutOldSockets(new https.Agent(options)),
};

/** Closes all sockets that no request uses. */
export function closeIdleSockets(): void {
  for (const agent of Object.values(agents)) closeFreeSockets(agent, () => true);
}
