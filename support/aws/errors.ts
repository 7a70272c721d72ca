/** An error as an AWS SDK client throws it: handlers tell them apart by name. */
export function serviceError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** An error as the PostgreSQL client throws it: handlers tell them apart by SQLSTATE. */
export function databaseError(code: string, message: string): Error {
  const error = new Error(message) as Error & { code: string };
  error.code = code;
  return error;
}
