import type { Http } from "../runtime/runtime";

export const http: Http = async ({ url, method, headers, body }, signal) => {
  const answer = await fetch(url, {
    method,
    signal,
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, body: await answer.text() };
};
