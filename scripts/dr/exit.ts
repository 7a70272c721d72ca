/** Exit codes of `dr`, for scripts and workflows. */
export const exitCodes = {
  /** It is done, or all is well. */
  done: 0,
  /** It was refused, or something is wrong. */
  refused: 1,
  /** The command or an option is wrong. */
  usage: 2,
  /** It is not finished, or it is not known. */
  unknown: 3,
} as const;

export type Exit = keyof typeof exitCodes;

/** A command cannot go on. Its message says what to do; `dr` prints it without a stack trace. */
export class DrError extends Error {
  override readonly name = "DrError";
  constructor(
    message: string,
    readonly exit: Exclude<Exit, "done"> = "unknown",
  ) {
    super(message);
  }
}
