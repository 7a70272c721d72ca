import { ValidationException } from "./expressionTokens";

/** What a request to DynamoDB says in expressions, and what it defines for them. */
interface Request {
  KeyConditionExpression?: string;
  ConditionExpression?: string;
  UpdateExpression?: string;
  FilterExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: object;
  ExpressionAttributeValues?: object;
}

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

function usedBy(request: Request): Used {
  const expressions = [
    request.KeyConditionExpression,
    request.ConditionExpression,
    request.UpdateExpression,
    request.FilterExpression,
    request.ProjectionExpression,
  ];
  let step = start;
  for (const expression of expressions) if (expression !== undefined) step = step.to(expression);
  if (step.used === undefined) {
    const text = expressions.map((expression) => expression ?? "").join(" ");
    step.used = { text, names: new Set(text.match(/[#:]\w+/g) ?? []) };
  }
  return step.used;
}

/** DynamoDB refuses a placeholder without a definition, and a definition nobody uses. */
export function checkPlaceholders(request: Request): void {
  const used = usedBy(request);
  const given =
    countUsed(used, request.ExpressionAttributeNames) +
    countUsed(used, request.ExpressionAttributeValues);
  if (given !== used.names.size)
    throw new ValidationException(`a placeholder is not defined in: ${used.text}`);
}

function countUsed({ text, names }: Used, definitions: object | undefined): number {
  let given = 0;
  for (const name in definitions) {
    if (!names.has(name))
      throw new ValidationException(`${name} is given and not used in: ${text}`);
    given++;
  }
  return given;
}
