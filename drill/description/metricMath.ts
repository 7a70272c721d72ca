/** The value of a metric or an expression in one period; undefined if there is none. */
export type Expression = (valueOf: (id: string) => number | undefined) => number | undefined;

type Operation = (left: number, right: number) => number;

/** From the lowest precedence to the highest. Truth is a number: 1 or 0. */
const levels: readonly Readonly<Record<string, Operation>>[] = [
  { OR: (left, right) => Number(left !== 0 || right !== 0) },
  { AND: (left, right) => Number(left !== 0 && right !== 0) },
  {
    ">=": (left, right) => Number(left >= right),
    "<=": (left, right) => Number(left <= right),
    ">": (left, right) => Number(left > right),
    "<": (left, right) => Number(left < right),
  },
  { "+": (left, right) => left + right, "-": (left, right) => left - right },
  { "*": (left, right) => left * right, "/": (left, right) => left / right },
];

const calls: Readonly<Record<string, (operands: readonly Expression[]) => Expression | undefined>> =
  {
    IF: ([condition, then, otherwise]) => {
      if (condition === undefined || then === undefined || otherwise === undefined) {
        return undefined;
      }
      return (valueOf) => {
        const holds = condition(valueOf);
        return holds === undefined ? undefined : (holds === 0 ? otherwise : then)(valueOf);
      };
    },
    FILL: ([series, instead]) =>
      series && instead && ((valueOf) => series(valueOf) ?? instead(valueOf)),
  };

/**
 * Parses the metric math that the program uses: numbers, identifiers, arithmetic, comparison, AND,
 * OR, IF and FILL. If an operand has no value in a period, the expression has none either. @throws
 * Error for anything else, naming it
 */
export function parseExpression(text: string): Expression {
  const tokens = text.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|[<>]=?|\S/g) ?? [];
  let at = 0;
  const fail = (): never => {
    throw new Error(
      `metric mathematics ${text}: not modelled at ${tokens[at - 1]}; ` +
        "extend drill/description/metricMath.ts",
    );
  };
  const operands = (): Expression[] => {
    const found: Expression[] = [];
    do found.push(binary(0));
    while (tokens[at++] === ",");
    return tokens[at - 1] === ")" ? found : fail();
  };
  const term = (): Expression => {
    const token = tokens[at++];
    if (token === undefined) return fail();
    if (token === "(") return operands()[0]!;
    if (/^\d/.test(token)) return () => Number(token);
    if (!/^\w/.test(token)) return fail();
    if (tokens[at] !== "(") return (valueOf) => valueOf(token);
    at++;
    return calls[token]?.(operands()) ?? fail();
  };
  const binary = (level: number): Expression => {
    const operations = levels[level];
    if (operations === undefined) return term();
    let left = binary(level + 1);
    for (let of = operations[tokens[at] ?? ""]; of !== undefined;) {
      at++;
      left = combined(of, left, binary(level + 1));
      of = operations[tokens[at] ?? ""];
    }
    return left;
  };
  const expression = binary(0);
  if (at !== tokens.length) {
    at++;
    fail();
  }
  return expression;
}

/** A result that is not a finite number, such as a division by zero, is no value. */
function combined(operation: Operation, left: Expression, right: Expression): Expression {
  return (valueOf) => {
    const [one, other] = [left(valueOf), right(valueOf)];
    if (one === undefined || other === undefined) return undefined;
    const value = operation(one, other);
    return Number.isFinite(value) ? value : undefined;
  };
}
