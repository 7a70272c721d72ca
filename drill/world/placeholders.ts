import { ValidationException } from "./expressionTokens";

const expressionFields = [
  "KeyConditionExpression",
  "ConditionExpression",
  "UpdateExpression",
  "FilterExpression",
  "ProjectionExpression",
] as const;

const definitionFields = ["ExpressionAttributeNames", "ExpressionAttributeValues"] as const;

/** Which placeholders the expressions of a request use. */
interface Used {
  text: string;
  names: ReadonlySet<string>;
}

/** By the texts of the expressions, a step each: handlers send the same few again and again. */
class Step {
  used: Used | undefined;
  private readonly next = new Map<string, Step>();

  to(expression: string): Step {
    let step = this.next.get(expression);
    if (step === undefined) this.next.set(expression, (step = new Step()));
    return step;
  }
}

const start = new Step();

function usedBy(input: Readonly<Record<string, unknown>>): Used {
  let step = start;
  for (const field of expressionFields) {
    const expression = input[field] as string | undefined;
    if (expression !== undefined) step = step.to(expression);
  }
  if (step.used === undefined) {
    const text = expressionFields.map((field) => (input[field] as string) ?? "").join(" ");
    step.used = { text, names: new Set(text.match(/[#:]\w+/g) ?? []) };
  }
  return step.used;
}

/** DynamoDB refuses a placeholder without a definition, and a definition nobody uses. */
export function checkPlaceholders(input: Readonly<Record<string, unknown>>): void {
  const { text, names } = usedBy(input);
  let given = 0;
  for (const field of definitionFields) {
    const definitions = input[field];
    if (definitions === undefined) continue;
    for (const name in definitions) {
      given++;
      if (!names.has(name))
        throw new ValidationException(`${name} is given and not used in: ${text}`);
    }
  }
  if (given !== names.size)
    throw new ValidationException(`a placeholder is not defined in: ${text}`);
}
