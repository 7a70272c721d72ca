import { Tokens, ValidationException } from "./expressionTokens";
import { reservedWords } from "./reservedWords";
import { storedValue } from "./storedValue";

/** An item as the document client hands it over. */
export type Item = Readonly<Record<string, unknown>>;

/** What an expression is evaluated against: the names and values given beside it. */
export interface Bindings {
  names: Readonly<Record<string, string>> | undefined;
  values: Readonly<Record<string, unknown>> | undefined;
}

export type Condition = (item: Item | undefined, bindings: Bindings) => boolean;
export type Operand = (item: Item | undefined, bindings: Bindings) => unknown;
export type Change = (draft: Record<string, unknown>, before: Item, bindings: Bindings) => void;

type Path = readonly (string | number)[];

function parsePath(tokens: Tokens): Path {
  const path: (string | number)[] = [parseName(tokens)];
  for (;;) {
    if (tokens.take(".")) path.push(parseName(tokens));
    else if (tokens.take("[")) {
      path.push(Number(tokens.next()));
      tokens.expect("]");
    } else return path;
  }
}

function parseName(tokens: Tokens): string {
  const name = tokens.next();
  if (!/^[#A-Za-z_]/.test(name)) throw tokens.wrong();
  if (reservedWords.has(name.toUpperCase())) {
    throw new ValidationException(`attribute name ${name} is a reserved keyword: use #${name}`);
  }
  return name;
}

function resolve(segment: string | number, bindings: Bindings): string | number {
  if (typeof segment === "number" || segment[0] !== "#") return segment;
  const name = bindings.names?.[segment];
  if (name === undefined) throw new ValidationException(`${segment} is not defined`);
  return name;
}

function readPath(path: Path, item: Item | undefined, bindings: Bindings): unknown {
  let value: unknown = item;
  for (const segment of path) {
    if (value === undefined || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[resolve(segment, bindings)];
  }
  return value;
}

function parseOperand(tokens: Tokens): Operand {
  const word = tokens.peek();
  if (word.startsWith(":")) {
    const name = tokens.next();
    return (_, bindings) => {
      const value = bindings.values?.[name];
      if (value === undefined) throw new ValidationException(`${name} is not defined`);
      return value;
    };
  }
  if (word === "SIZE") {
    tokens.next();
    tokens.expect("(");
    const path = parsePath(tokens);
    tokens.expect(")");
    return (item, bindings) =>
      (readPath(path, item, bindings) as { length?: number } | null)?.length;
  }
  const path = parsePath(tokens);
  return (item, bindings) => readPath(path, item, bindings);
}

const functions: Record<string, (value: unknown, argument: unknown) => boolean> = {
  ATTRIBUTE_EXISTS: (value) => value !== undefined,
  ATTRIBUTE_NOT_EXISTS: (value) => value === undefined,
  BEGINS_WITH: (value, prefix) => typeof value === "string" && value.startsWith(String(prefix)),
  CONTAINS: (value, part) =>
    typeof value === "string"
      ? value.includes(String(part))
      : Array.isArray(value) && value.includes(part),
};

function parseTerm(tokens: Tokens): Condition {
  if (tokens.take("NOT")) {
    const inner = parseTerm(tokens);
    return (item, bindings) => !inner(item, bindings);
  }
  if (tokens.take("(")) {
    const inner = parseOr(tokens);
    tokens.expect(")");
    return inner;
  }
  const test = functions[tokens.peek()];
  if (test !== undefined) {
    tokens.next();
    tokens.expect("(");
    const path = parsePath(tokens);
    const argument = tokens.take(",") ? parseOperand(tokens) : undefined;
    tokens.expect(")");
    return (item, bindings) => test(readPath(path, item, bindings), argument?.(item, bindings));
  }
  const left = parseOperand(tokens);
  if (tokens.take("BETWEEN")) {
    const low = parseOperand(tokens);
    tokens.expect("AND");
    const high = parseOperand(tokens);
    return (item, b) =>
      compare(">=", left(item, b), low(item, b)) && compare("<=", left(item, b), high(item, b));
  }
  if (tokens.take("IN")) {
    tokens.expect("(");
    const choices = [parseOperand(tokens)];
    while (tokens.take(",")) choices.push(parseOperand(tokens));
    tokens.expect(")");
    return (item, b) => choices.some((choice) => compare("=", left(item, b), choice(item, b)));
  }
  const operator = tokens.next();
  const right = parseOperand(tokens);
  return (item, b) => compare(operator, left(item, b), right(item, b));
}

/** A missing attribute is unequal to everything; other comparisons with it do not hold. */
function compare(operator: string, left: unknown, right: unknown): boolean {
  if (operator === "=") return left !== undefined && isEqual(left, right);
  if (operator === "<>") return !isEqual(left, right);
  if (typeof left !== typeof right || (typeof left !== "number" && typeof left !== "string")) {
    return false;
  }
  const other = right as typeof left;
  switch (operator) {
    case "<":
      return left < other;
    case "<=":
      return left <= other;
    case ">":
      return left > other;
    case ">=":
      return left >= other;
    default:
      throw new ValidationException(`operator ${operator} is not understood`);
  }
}

function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  return JSON.stringify(left) === JSON.stringify(right);
}

function parseAnd(tokens: Tokens): Condition {
  let left = parseTerm(tokens);
  while (tokens.take("AND")) {
    const [first, second] = [left, parseTerm(tokens)];
    left = (item, bindings) => first(item, bindings) && second(item, bindings);
  }
  return left;
}

function parseOr(tokens: Tokens): Condition {
  let left = parseAnd(tokens);
  while (tokens.take("OR")) {
    const [first, second] = [left, parseAnd(tokens)];
    left = (item, bindings) => first(item, bindings) || second(item, bindings);
  }
  return left;
}

function parseSetValue(tokens: Tokens): Operand {
  let left = parseSetOperand(tokens);
  while (tokens.peek() === "+" || tokens.peek() === "-") {
    const sign = tokens.next() === "+" ? 1 : -1;
    const [first, second] = [left, parseSetOperand(tokens)];
    left = (item, b) => Number(first(item, b)) + sign * Number(second(item, b));
  }
  return left;
}

function parseSetOperand(tokens: Tokens): Operand {
  if (!tokens.take("IF_NOT_EXISTS")) return parseOperand(tokens);
  tokens.expect("(");
  const path = parsePath(tokens);
  tokens.expect(",");
  const fallback = parseSetValue(tokens);
  tokens.expect(")");
  return (item, bindings) => readPath(path, item, bindings) ?? fallback(item, bindings);
}

/** Only attributes of the item itself are changed by this program, never parts of one. */
function parseTopName(tokens: Tokens): string {
  const path = parsePath(tokens);
  if (path.length !== 1) throw tokens.wrong();
  return path[0] as string;
}

function parseUpdate(tokens: Tokens): Change {
  const changes: Change[] = [];
  while (!tokens.isDone) {
    const section = tokens.next().toUpperCase();
    do {
      const name = parseTopName(tokens);
      if (section === "SET") {
        tokens.expect("=");
        const value = parseSetValue(tokens);
        changes.push((draft, before, b) => {
          const set = value(before, b);
          if (set === undefined) delete draft[resolve(name, b)];
          else draft[resolve(name, b)] = storedValue(set);
        });
      } else if (section === "REMOVE") {
        changes.push((draft, _, b) => delete draft[resolve(name, b)]);
      } else if (section === "ADD") {
        const value = parseOperand(tokens);
        changes.push((draft, before, b) => {
          const key = resolve(name, b);
          draft[key] = Number(before[key] ?? 0) + Number(value(before, b));
        });
      } else throw tokens.wrong();
    } while (tokens.take(","));
  }
  return (draft, before, bindings) => {
    for (const change of changes) change(draft, before, bindings);
  };
}

function cached<T>(parse: (tokens: Tokens) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      const tokens = new Tokens(text);
      found = parse(tokens);
      if (!tokens.isDone) throw tokens.wrong();
      known.set(text, found);
    }
    return found;
  };
}

/** Expressions are parsed once per text: handlers send the same few thousands of times. */
export const parseCondition = cached(parseOr);
export const parseChange = cached(parseUpdate);
