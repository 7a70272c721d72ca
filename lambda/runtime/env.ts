/** Reads a function's environment once; a missing variable is a fault of the deployment. */
export function variable(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value === undefined || value === "") {
    throw new Error(`environment variable ${name} is missing; deploy the function with it set`);
  }
  return value;
}
