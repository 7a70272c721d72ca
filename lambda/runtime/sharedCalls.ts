export type Share<Answer> = (key: string, call: () => Promise<Answer>) => Promise<Answer>;

/** Returns a function that makes a call unless one with the same key has no answer yet. */
export function sharedCalls<Answer>(): Share<Answer> {
  const pending = new Map<string, Promise<Answer>>();
  return (key, call) => {
    const known = pending.get(key);
    if (known !== undefined) return known;
    const made = call();
    pending.set(key, made);
    const forget = () => pending.delete(key);
    made.then(forget, forget);
    return made;
  };
}
