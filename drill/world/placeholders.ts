import { ValidationException } from "./expressionTokens";

const expressionFields = [
  "KeyConditionExpression",
  "ConditionExpression",
  "UpdateExpression",
  "FilterExpression",
  "ProjectionExpression",
] as const;

/** Placeholders of a request's expressions, by their texts together. */
const placeholders = new Map<string, ReadonlySet<string>>();

/** DynamoDB refuses a placeholder without a definition, and a definition nobody uses. */
export function checkPlaceholders(input: Readonly<Record<string, unknown>>): void {
  let text = "";
  for (const field of expressionFields)
    if (input[field] !== undefined) text += `${input[field] as string} `;
  let used = placeholders.get(text);
  if (used === undefined) placeholders.set(text, (used = new Set(text.match(/[#:]\w+/g) ?? [])));
  let given = 0;
  for (const field of ["ExpressionAttributeNames", "ExpressionAttributeValues"]) {
    for (const name in input[field] ?? {}) {
      given++;
      if (!used.has(name))
        throw new ValidationException(`${name} is given and not used in: ${text}`);
    }
  }
  if (given !== used.size)
    throw new ValidationException(`a placeholder is not defined in: ${text}`);
}
