import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { toJSONSchema } from "zod/mini";
import written from "../api/openapi.json";
import { orderDescriptions, orderSchema } from "../lambda/orders/order";
import { runAsScript, say } from "./cli";
import { markdownTable } from "./markdown";

type Contract = typeof written;

interface Schema {
  type?: string;
  format?: string;
  enum?: string[];
  pattern?: string;
  description?: string;
  required?: string[];
  properties?: Record<string, Schema>;
}

interface Parameter {
  name: string;
  in: string;
  required: boolean;
  description?: string;
}

interface Operation {
  summary: string;
  security?: object[];
  parameters?: Parameter[];
  requestBody?: object;
  responses: Record<string, { description: string; headers?: object; content?: object }>;
}

/** UUIDs of RFC 9562 but for version 8, which order-api keeps for canary orders. */
const CLIENTS_UUID =
  "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-7][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

/** The schema of an order for the contract, from the definition that order-api validates with. */
export function orderContract(): object {
  const schema = toJSONSchema(orderSchema, {
    target: "openapi-3.0",
    metadata: orderDescriptions,
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === "uuid") jsonSchema.pattern = CLIENTS_UUID;
    },
  });
  return schema;
}

/** The contract with the generated schema of an order; all else is written by hand. */
function currentContract(): Contract {
  const { components, ...rest } = written;
  const schemas = {
    ...components.schemas,
    Order: orderContract() as Contract["components"]["schemas"]["Order"],
  };
  return { ...rest, components: { ...components, schemas } };
}

/** The text of docs/api.md: the contract for people. */
export function apiMarkdown(contract: Contract = written): string {
  const paths = contract.paths as unknown as Record<string, Record<string, Operation>>;
  const operations = Object.entries(paths).flatMap(([name, methods]) =>
    Object.entries(methods).map(([method, each]) => operationText(method, name, each)),
  );
  const schemas = contract.components.schemas as unknown as Record<string, Schema>;
  const parts = [
    "<!-- Generated from api/openapi.json by `npm run docs:api`. A test compares the two. -->",
    `# ${contract.info.title}: the API`,
    contract.info.description,
    "## What a client does",
    contract["x-client-guide"].map(({ on, do: what }) => `- **${on}**: ${what}`).join("\n"),
    "Addresses: the stack outputs `primaryApiEndpoint` and `secondaryApiEndpoint` are the regions' own, and " +
      "both take orders. With `domainName` configured, `https://` and the output `apiDomain` is one name that " +
      "follows the active region. Without, that name serves no HTTPS: no region has a certificate for it, and " +
      "its failover record can only be asked, at the name servers of its own zone.",
    "## Tokens",
    contract.components.securitySchemes.bearer.description,
    ...operations,
    "## Schemas",
    ...Object.entries(schemas).map(([name, schema]) => schemaText(name, schema)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function operationText(method: string, name: string, operation: Operation): string {
  const { summary, security, parameters = [], requestBody, responses } = operation;
  const asked = [
    security ? "Needs a bearer token." : "Open to everyone, with a throttle of its own.",
    ...(requestBody ? [`Body: ${schemasIn(requestBody)}.`] : []),
    ...parameters.map(
      (each) =>
        `\`${each.name}\` (${each.in}${each.required ? "" : ", optional"}): ${each.description}.`,
    ),
  ];
  const rows = Object.entries(responses).map(([status, response]) => {
    const body = response.content ? schemasIn(response.content) : "";
    const headers = Object.keys(response.headers ?? {}).map((header) => `\`${header}\``);
    return [status, response.description, body, headers.join(" ")];
  });
  return [
    `## ${method.toUpperCase()} ${name}`,
    `${summary}. ${asked.join(" ")}`,
    markdownTable(["answer", "means", "body", "headers"], rows),
  ].join("\n\n");
}

/** Links to the schemas that a part of the contract refers to. */
function schemasIn(part: object): string {
  const names = [...JSON.stringify(part).matchAll(/#\/components\/schemas\/(\w+)/g)];
  return names.map(([, name = ""]) => `[${name}](#${name.toLowerCase()})`).join(", ");
}

function schemaText(name: string, schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([field, each]) => [
    `\`${field}\``,
    schema.required?.includes(field) ? "yes" : "",
    each.enum?.map((value) => `\`${value}\``).join(", ") ?? each.format ?? each.type ?? "",
    each.pattern ? `\`${each.pattern}\`` : "",
    each.description ?? "",
  ]);
  return [
    `### ${name}`,
    ...(schema.description ? [`${schema.description}.`] : []),
    markdownTable(["field", "required", "type", "pattern", ""], rows),
  ].join("\n\n");
}

runAsScript(module, async () => {
  const prettier = await import("prettier");
  const contract = currentContract();
  for (const [file, text] of [
    ["api/openapi.json", JSON.stringify(contract, null, 2)],
    ["docs/api.md", apiMarkdown(contract)],
  ] as const) {
    const filepath = path.join(__dirname, "..", file);
    const options = await prettier.resolveConfig(filepath);
    writeFileSync(filepath, await prettier.format(text, { ...options, filepath }));
    say(`wrote ${path.relative(process.cwd(), filepath)}`);
  }
});
