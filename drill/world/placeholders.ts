import { ValidationException } from "./expressionTokens";

const expressionFields = [
  "KeyConditionExpression",
  "ConditionExpression",
  "UpdateExpression",
  "FilterExpression",
  "ProjectionExpression",
] as const;

const definitionFields = ["ExpressionAttributeNames", "ExpressionAttributeValues"] as const;

/** Which placeholders a request's expressions use, and who was found to give just those. */
interface Known {
  text: string;
  used: ReadonlySet<string>;
}

/** By the texts of the expressions, one level each: handlers send the same few again and again. */
type Level = Map<unknown, Level | Known>;
const known: Level = new Map();

function knownOf(input: Readonly<Record<string, unknown>>): Known {
  let level = known;
  for (let i = 0; i < expressionFields.length - 1; i++) {
    const expression = input[expressionFields[i]!];
    let next = level.get(expression) as Level | undefined;
    if (next === undefined) level.set(expression, (next = new Map()));
    level = next;
  }
  const last = input[expressionFields[expressionFields.length - 1]!];
  let found = level.get(last) as Known | undefined;
  if (found === undefined) {
    const text = expressionFields.map((field) => (input[field] as string) ?? "").join(" ");
    found = { text, used: new Set(text.match(/[#:]\w+/g) ?? []) };
    level.set(last, found);
  }
  return found;
}

/** DynamoDB refuses a placeholder without a definition, and a definition nobody uses. */
export function checkPlaceholders(input: Readonly<Record<string, unknown>>): void {
  const { text, used } = knownOf(input);
  let given = 0;
  for (const field of definitionFields) {
    const definitions = input[field];
    if (definitions === undefined) continue;
    for (const name in definitions) {
      given++;
      if (!used.has(name))
        throw new ValidationException(`${name} is given and not used in: ${text}`);
    }
  }
  if (given !== used.size)
    throw new ValidationException(`a placeholder is not defined in: ${text}`);
}
