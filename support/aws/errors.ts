/** An error as an AWS SDK client throws it: handlers tell them apart by name. */
export function serviceError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** Something that the program does and the simulated AWS does not know: a gap in the simulation. */
export class NotModelledError extends Error {
  override readonly name = "NotModelledError";
  constructor(what: string) {
    super(`${what} is not modelled: add it to the simulated AWS`);
  }
}

/** An error as the PostgreSQL client throws it: handlers tell them apart by SQLSTATE. */
export function databaseError(code: string, message: string): Error {
  const error = new Error(message) as Error & { code: string };
  error.code = code;
  return error;
}
