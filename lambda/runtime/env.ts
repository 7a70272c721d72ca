/**
 * Reads an environment variable of a function.
 * @throws Error if it is missing or empty.
 */
export function variable(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value === undefined || value === "") {
    throw new Error(`environment variable ${name} is missing; deploy the function with it set`);
  }
  return value;
}
