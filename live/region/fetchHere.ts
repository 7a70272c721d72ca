import type { HttpAnswer, HttpRequest } from "../shipped";

/** Sends a request that is meant for an API on AWS to the place where this machine serves the API. */
export async function fetchHere(
  { url, method, headers = {}, body }: HttpRequest,
  urlOf: (host: string, stage: string) => string,
): Promise<HttpAnswer> {
  const { hostname, pathname, search } = new URL(url);
  const [, stage = "", ...rest] = pathname.split("/");
  const address = `${urlOf(hostname, stage)}/${rest.join("/")}${search}`;
  const answer = await fetch(address, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, body: await answer.text() };
}
