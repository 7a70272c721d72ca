import * as pulumi from "@pulumi/pulumi";
import type { RegionalArgs } from "../platform/component";
import type { KeyArns } from "../platform/platform";
import type { Statement } from "../platform/policies";

interface KeyUse {
  readonly key: keyof KeyArns;
  readonly actions: readonly string[];
}

const read = ["kms:Decrypt"];
/** SQS and SNS also decrypt the data key that they have cached (their guides, "Key management"). */
const send = ["kms:Decrypt", "kms:GenerateDataKey"];

/**
 * What a call to an encrypted resource does with the resource's key, in the caller's name. Other
 * calls, such as reading the attributes of a queue, need no key.
 */
const uses: Readonly<Record<string, KeyUse>> = {
  "dynamodb:*": { key: "data", actions: read },
  "secretsmanager:GetSecretValue": { key: "data", actions: read },
  "sqs:ReceiveMessage": { key: "data", actions: read },
  "sqs:SendMessage": { key: "data", actions: send },
  "sns:Publish": { key: "topics", actions: send },
  "s3:GetObject": { key: "data", actions: read },
  "s3:PutObject": { key: "data", actions: ["kms:GenerateDataKey"] },
};

/** What the statements of a role do with keys, through one service. */
interface Through {
  readonly key: keyof KeyArns;
  readonly actions: Set<string>;
  readonly resources: Statement["Resource"][];
}

/**
 * The statements of a role, and the rights to use keys that follow from them: only through the
 * services that the role calls, in the regions of what it calls. Without customer managed keys none
 * are needed.
 */
export function withKeyRights(
  { platform, region }: RegionalArgs,
  statements: readonly Statement[],
): readonly Statement[] {
  const { keys, home, standby } = platform;
  if (!keys) return statements;
  const arnsOf = { [home.name]: keys.home, [standby.name]: keys.standby };
  return statements.concat(
    [...byService(statements)].map(([service, { key, actions, resources }]) => {
      // ARNs of buckets name no region, and only buckets of the own region are called.
      const regions = pulumi
        .all(resources.map((each) => pulumi.output(each)))
        .apply((arns) => [...new Set(arns.flat().map((arn) => arn.split(":")[3] || region.name))]);
      const services = regions.apply((all) =>
        all.map((name) => `${service}.${name}.amazonaws.com`),
      );
      return {
        Sid: `KeyThrough${service[0]!.toUpperCase()}${service.slice(1)}`,
        Action: [...actions].sort(),
        Resource: regions.apply((all) => pulumi.all(all.map((name) => arnsOf[name]![key]))),
        Condition: { StringEquals: { "kms:ViaService": services } },
      };
    }),
  );
}

function byService(statements: readonly Statement[]): ReadonlyMap<string, Through> {
  const services = new Map<string, Through>();
  for (const { Action, Resource } of statements) {
    for (const action of Action) {
      const [service = ""] = action.split(":");
      const use = uses[action] ?? uses[`${service}:*`];
      if (!use) continue;
      const through = services.get(service) ?? {
        key: use.key,
        actions: new Set<string>(),
        resources: [],
      };
      for (const each of use.actions) through.actions.add(each);
      services.set(service, { ...through, resources: [...through.resources, Resource] });
    }
  }
  return services;
}
