import type { HttpAnswer } from "../runtime/runtime";

/** A longer body would hide the rest of the message. */
const BODY_SHOWN_MAX = 200;

/** An answer as text for an error message. */
export function shown({ status, body }: HttpAnswer): string {
  return `got ${status} ${body.slice(0, BODY_SHOWN_MAX)}`.trimEnd();
}
