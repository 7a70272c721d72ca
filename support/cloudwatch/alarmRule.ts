export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** Whether a composite alarm is in ALARM, given the states of the alarms that its rule names. */
export type Rule = (stateOf: (nameOrArn: string) => AlarmState) => boolean;

/**
 * Parses CloudWatch's rule language: ALARM(name), OK(name), INSUFFICIENT_DATA(name), TRUE, FALSE,
 * AND, OR and NOT.
 */
export function parseRule(rule: string): { evaluate: Rule; children: string[] } {
  const tokens = rule.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
  const children: string[] = [];
  let at = 0;
  const fail = (): never => {
    throw new Error(`composite rule ${rule}: not understood at ${tokens[at] ?? "its end"}`);
  };
  const expect = (token: string): void => {
    if (tokens[at++] !== token) fail();
  };
  const term = (): Rule => {
    const token = tokens[at++];
    if (token === "(") {
      const inner = either();
      expect(")");
      return inner;
    }
    if (token === "NOT") {
      const inner = term();
      return (stateOf) => !inner(stateOf);
    }
    if (token === "TRUE" || token === "FALSE") return () => token === "TRUE";
    if (token !== "ALARM" && token !== "OK" && token !== "INSUFFICIENT_DATA") return fail();
    expect("(");
    const name = (tokens[at++] ?? fail()).replace(/^"|"$/g, "");
    expect(")");
    children.push(name);
    return (stateOf) => stateOf(name) === token;
  };
  const both = (): Rule => {
    const terms = [term()];
    while (tokens[at] === "AND") {
      at++;
      terms.push(term());
    }
    return (stateOf) => terms.every((each) => each(stateOf));
  };
  const either = (): Rule => {
    const terms = [both()];
    while (tokens[at] === "OR") {
      at++;
      terms.push(both());
    }
    return (stateOf) => terms.some((each) => each(stateOf));
  };
  const evaluate = either();
  if (at !== tokens.length) fail();
  return { evaluate, children };
}
