import type { Conversions } from "./conversion";
import { type Inputs, defined, isObject, object, objects, pascal, without } from "./pascal";

/** A list of pairs as the map that AWS wants. */
function mapOf(pairs: unknown): Inputs | undefined {
  const entries = objects(pairs).map(({ key, value }) => [key, value] as const);
  return entries.length > 0 ? (Object.fromEntries(entries) as Inputs) : undefined;
}

/** A list of named objects as the map that AWS wants. */
function byName(items: unknown, convert: (item: Inputs) => Inputs): Inputs {
  const entries = objects(items).map((item) => [item["name"], convert(without(item, "name"))]);
  return Object.fromEntries(entries) as Inputs;
}

/** With the names of CloudFormation. Keys of maps are the program's own. */
function named(parts: Inputs): Inputs {
  const entries = Object.entries(parts).map(([name, part]) => {
    const { parameters, targets, resourceTags, ...rest } = object(part);
    const maps = { Parameters: parameters, Targets: targets, ResourceTags: resourceTags };
    return [name, { ...pascal(rest), ...defined(maps) }];
  });
  return Object.fromEntries(entries) as Inputs;
}

export const gameDay: Conversions = {
  "fis/experimentTemplate": (inputs, { tags }) => {
    const targets = byName(inputs["targets"], ({ resourceTags, ...rest }) =>
      defined({ ...rest, resourceTags: mapOf(resourceTags) }),
    );
    const actions = byName(inputs["actions"], ({ parameters, target, ...rest }) =>
      defined({
        ...rest,
        parameters: mapOf(parameters),
        targets: mapOf([target].filter(isObject)),
      }),
    );
    const { cloudwatchLogsConfiguration, ...log } = object(inputs["logConfiguration"]);
    const logConfiguration = { ...log, cloudWatchLogsConfiguration: cloudwatchLogsConfiguration };
    const rest = {
      ...without(inputs, "targets", "actions", "logConfiguration", "tags"),
      logConfiguration,
    };
    return {
      template: {
        type: "AWS::FIS::ExperimentTemplate",
        properties: {
          ...pascal(rest),
          Targets: named(targets),
          Actions: named(actions),
          Tags: tags,
        },
      },
      requests: [
        [
          "fis.CreateExperimentTemplate",
          { ...rest, targets, actions, tags, clientToken: "conform" },
        ],
      ],
    };
  },
};
