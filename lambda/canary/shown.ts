import type { HttpAnswer } from "../runtime/runtime";

/** Enough of a body to see what is wrong. */
const BODY_SHOWN_MAX = 200;

/** An answer as a message shows it. */
export function shown({ status, body }: HttpAnswer): string {
  return `got ${status} ${body.slice(0, BODY_SHOWN_MAX)}`.trimEnd();
}
