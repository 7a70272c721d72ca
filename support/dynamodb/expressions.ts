import { NotModelledError } from "../aws/errors";
import { Tokens, ValidationException } from "./expressionTokens";
import { reservedWords } from "./reservedWords";
import { storedValue } from "./storedValue";

/** An item as the document client hands it over. */
export type Item = Readonly<Record<string, unknown>>;

/** The names and values that a request defines for its expressions. */
export interface Bindings {
  names: Readonly<Record<string, string>> | undefined;
  values: Readonly<Record<string, unknown>> | undefined;
}

export type Condition = (item: Item | undefined, bindings: Bindings) => boolean;
type Operand = (item: Item | undefined, bindings: Bindings) => unknown;
export type Change = (draft: Record<string, unknown>, bindings: Bindings) => void;

export function bindingsOf(input: Readonly<Record<string, unknown>>): Bindings {
  return {
    names: input["ExpressionAttributeNames"] as Bindings["names"],
    values: input["ExpressionAttributeValues"] as Bindings["values"],
  };
}

const expressionKeys = [
  "KeyConditionExpression",
  "ConditionExpression",
  "UpdateExpression",
  "FilterExpression",
  "ProjectionExpression",
];

const placeholders = /[#:]\w+/g;

/** DynamoDB refuses a placeholder without a definition, and a definition that nothing uses. */
export function checkPlaceholders(input: Readonly<Record<string, unknown>>): void {
  const expressions = expressionKeys.map((key) => (input[key] ?? "") as string);
  const text = expressions.join(" ");
  const used = placeholdersOf(text);
  const { names, values } = bindingsOf(input);
  const defined = [...Object.keys(names ?? {}), ...Object.keys(values ?? {})];
  for (const name of defined) {
    if (!used.has(name)) {
      throw new ValidationException(`${name} is defined and not used in: ${text}`);
    }
  }
  if (defined.length === used.size) return;
  const missing = [...used].filter((name) => !defined.includes(name));
  throw new ValidationException(`${missing.join(", ")} is not defined in: ${text}`);
}

const placeholdersOf = oncePerText((text) => new Set(text.match(placeholders)));

/** The name of an attribute: this program names only attributes of the item itself. */
function parseName(tokens: Tokens): string {
  const name = tokens.next();
  if (!/^[#A-Za-z_]/.test(name)) throw tokens.wrong();
  if (reservedWords.has(name.toUpperCase())) {
    throw new ValidationException(`attribute name ${name} is a reserved keyword: use #${name}`);
  }
  return name;
}

function resolve(name: string, bindings: Bindings): string {
  if (!name.startsWith("#")) return name;
  const resolved = bindings.names?.[name];
  if (resolved === undefined) throw new ValidationException(`${name} is not defined`);
  return resolved;
}

export function valueOf(name: string, bindings: Bindings): unknown {
  const value = bindings.values?.[name];
  if (value === undefined) throw new ValidationException(`${name} is not defined`);
  return value;
}

function parseOperand(tokens: Tokens): Operand {
  if (tokens.peek().startsWith(":")) {
    const name = tokens.next();
    return (_, bindings) => valueOf(name, bindings);
  }
  const name = parseName(tokens);
  return (item, bindings) => item?.[resolve(name, bindings)];
}

const functions: Record<string, (value: unknown) => boolean> = {
  ATTRIBUTE_EXISTS: (value) => value !== undefined,
  ATTRIBUTE_NOT_EXISTS: (value) => value === undefined,
};

function parseTerm(tokens: Tokens): Condition {
  if (tokens.take("NOT")) {
    const negated = parseTerm(tokens);
    return (item, bindings) => !negated(item, bindings);
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
    const name = parseName(tokens);
    tokens.expect(")");
    return (item, bindings) => test(item?.[resolve(name, bindings)]);
  }
  const left = parseOperand(tokens);
  const operator = tokens.next();
  const compare = operators[operator];
  if (compare === undefined) {
    throw new NotModelledError(`the operator ${operator} in "${tokens.text}"`);
  }
  const right = parseOperand(tokens);
  return (item, bindings) => compare(left(item, bindings), right(item, bindings));
}

/** A comparison with an attribute that is missing, or of another type, does not hold. */
const ordered =
  (holds: (left: string | number, right: string | number) => boolean) =>
  (left: unknown, right: unknown): boolean =>
    typeof left === typeof right &&
    (typeof left === "number" || typeof left === "string") &&
    holds(left, right as string | number);

/** Those that this program's expressions use. */
const operators: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  "=": (left, right) => left !== undefined && left === right,
  "<": ordered((left, right) => left < right),
  "<=": ordered((left, right) => left <= right),
};

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

/** `SET name = :value, ...` and `REMOVE name, ...`. */
function parseUpdate(tokens: Tokens): Change {
  const changes: Change[] = [];
  while (!tokens.isDone) {
    const section = tokens.next().toUpperCase();
    do {
      const name = parseName(tokens);
      if (section === "SET") {
        tokens.expect("=");
        const value = tokens.next();
        if (!value.startsWith(":")) throw new NotModelledError(`"${tokens.text}"`);
        changes.push((draft, bindings) => {
          draft[resolve(name, bindings)] = storedValue(valueOf(value, bindings));
        });
      } else if (section === "REMOVE") {
        changes.push((draft, bindings) => delete draft[resolve(name, bindings)]);
      } else throw new NotModelledError(`${section} in "${tokens.text}"`);
    } while (tokens.take(","));
  }
  return (draft, bindings) => {
    for (const change of changes) change(draft, bindings);
  };
}

/** Reads each text once: handlers send the same few expressions again and again. */
export function oncePerText<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) known.set(text, (found = read(text)));
    return found;
  };
}

function wholeText<T>(parse: (tokens: Tokens) => T): (text: string) => T {
  return oncePerText((text) => {
    const tokens = new Tokens(text);
    const parsed = parse(tokens);
    if (!tokens.isDone) throw tokens.wrong();
    return parsed;
  });
}

export const parseCondition = wholeText(parseOr);
export const parseChange = wholeText(parseUpdate);
