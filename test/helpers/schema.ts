import contract from "../../api/openapi.json";

/** As much of a JSON schema as the contract uses. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  pattern?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean;
  items?: Schema;
  minItems?: number;
}

export type Responses = Record<
  string,
  { headers?: Record<string, object>; content?: Record<string, { schema: Schema }> }
>;

/** What the contract says of the answers of an operation. */
export function responsesOf(path: string, method: string): Responses {
  const paths = contract.paths as unknown as Record<
    string,
    Record<string, { responses: Responses }>
  >;
  return paths[path]![method]!.responses;
}

/** How an answer differs from what the contract says of it. */
export function answerBreaches(
  responses: Responses,
  answer: { statusCode: number; body: string; headers?: object | undefined },
): string[] {
  const declared = responses[String(answer.statusCode)];
  if (!declared) return [`${answer.statusCode} is not declared`];
  const sent = Object.keys(answer.headers ?? {});
  const missing = Object.keys(declared.headers ?? {}).filter((name) => !sent.includes(name));
  const schema = declared.content?.["application/json"]?.schema;
  return [
    ...missing.map((name) => `no ${name}`),
    ...(schema ? breaches(JSON.parse(answer.body), schema) : []),
  ];
}

const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
};

/** Where a value breaks a schema of the contract; empty when it keeps it. */
export function breaches(value: unknown, schema: Schema, at = "body"): string[] {
  const known = contract.components.schemas as unknown as Record<string, Schema>;
  const { type, ...rules } = schema.$ref ? known[schema.$ref.split("/").at(-1)!]! : schema;
  const actual = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (type !== undefined && actual !== type) return [`${at} is ${actual}, not ${type}`];
  if (typeof value === "string") return textBreaches(value, rules, at);
  if (Array.isArray(value)) {
    if (value.length < (rules.minItems ?? 0)) return [`${at} has ${value.length} items`];
    return value.flatMap((item, index) => breaches(item, rules.items ?? {}, `${at}[${index}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  const fields = Object.entries(value);
  const missing = (rules.required ?? []).filter((field) => !(field in value));
  return [
    ...missing.map((field) => `${at}.${field} is missing`),
    ...fields.flatMap(([field, item]) => {
      const inner = rules.properties?.[field];
      if (inner) return breaches(item, inner, `${at}.${field}`);
      return rules.additionalProperties === false ? [`${at}.${field} is not known`] : [];
    }),
  ];
}

function textBreaches(value: string, rules: Schema, at: string): string[] {
  const pattern = rules.pattern ? new RegExp(rules.pattern) : formats[rules.format ?? ""];
  const isBad =
    (pattern && !pattern.test(value)) || (rules.enum && !rules.enum.includes(value)) || false;
  return isBad ? [`${at} is ${JSON.stringify(value)}`] : [];
}
