import { type Conversions, tagList } from "./conversion";
import { type Inputs, defined, object, pascal, without } from "./pascal";

/** `types` is one text in the provider and a list in AWS. */
function endpoint(configuration: unknown): string[] {
  return [object(configuration)["types"] as string | string[]].flat();
}

/** A patch of a stage for a setting of one method. */
function methodPatch(methodPath: string, settings: Inputs): Inputs[] {
  const slash = methodPath.lastIndexOf("/");
  const [path, method] = [methodPath.slice(0, slash), methodPath.slice(slash + 1)];
  const escaped = path === "*" ? "*" : `~1${path.replaceAll("/", "~1")}`;
  const groups: Record<string, string> = {
    metricsEnabled: "metrics/enabled",
    throttlingBurstLimit: "throttling/burstLimit",
    throttlingRateLimit: "throttling/rateLimit",
    loggingLevel: "logging/loglevel",
    dataTraceEnabled: "logging/dataTrace",
  };
  return Object.entries(settings).map(([key, value]) => ({
    op: "replace",
    path: `/${escaped}/${method}/${groups[key] ?? key}`,
    value: String(value),
  }));
}

const stageOwner = (inputs: Inputs) => (candidate: { inputs: Inputs }) =>
  candidate.inputs["restApi"] === inputs["restApi"] &&
  candidate.inputs["stageName"] === inputs["stageName"];

const apiNames = { restApi: "RestApiId", deployment: "DeploymentId" };
const camelApiNames = { restApi: "restApiId", deployment: "deploymentId" };

/** The API of API Gateway has names in camel case. */
function camel(inputs: Inputs, renames: Record<string, string> = camelApiNames): Inputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, item]) => [renames[key] ?? key, item]),
  );
}

export const apiGateway: Conversions = {
  "apigateway/restApi": (inputs, context) => {
    const { body, endpointConfiguration, putRestApiMode, failOnWarnings, ...rest } = without(
      inputs,
      "tags",
    );
    const types = endpoint(endpointConfiguration);
    return {
      template: {
        type: "AWS::ApiGateway::RestApi",
        properties: defined({
          ...pascal(rest),
          EndpointConfiguration: { Types: types },
          Body: JSON.parse(body as string) as unknown,
          FailOnWarnings: failOnWarnings,
          Tags: tagList(context),
        }),
      },
      requests: [
        [
          "apigateway.CreateRestApi",
          { ...rest, endpointConfiguration: { types }, tags: context.tags },
        ],
        [
          "apigateway.PutRestApi",
          defined({
            restApiId: context.resource.id,
            mode: putRestApiMode ?? "overwrite",
            failOnWarnings,
            body,
          }),
        ],
      ],
    };
  },
  "apigateway/deployment": (inputs) => ({
    template: {
      type: "AWS::ApiGateway::Deployment",
      properties: pascal(without(inputs, "triggers"), apiNames),
    },
    requests: [["apigateway.CreateDeployment", camel(without(inputs, "triggers"))]],
  }),
  "apigateway/stage": (inputs, context) => {
    const { accessLogSettings, ...rest } = without(inputs, "tags");
    const log = object(accessLogSettings);
    const names = { ...camelApiNames, xrayTracingEnabled: "tracingEnabled" };
    return {
      template: {
        type: "AWS::ApiGateway::Stage",
        properties: defined({
          ...pascal(rest, { ...apiNames, xrayTracingEnabled: "TracingEnabled" }),
          AccessLogSetting: accessLogSettings && pascal(log),
          Tags: tagList(context),
        }),
      },
      requests: [
        ["apigateway.CreateStage", { ...camel(rest, names), tags: context.tags }],
        ...Object.entries(log).map(
          ([key, value]) =>
            [
              "apigateway.UpdateStage",
              {
                restApiId: inputs["restApi"],
                stageName: inputs["stageName"],
                patchOperations: [{ op: "replace", path: `/accessLogSettings/${key}`, value }],
              },
            ] as const,
        ),
      ],
    };
  },
  "apigateway/methodSettings": (inputs, context) => {
    const methodPath = String(inputs["methodPath"]);
    const slash = methodPath.lastIndexOf("/");
    const path = methodPath.slice(0, slash);
    const setting = {
      ...pascal(object(inputs["settings"])),
      ResourcePath: path === "*" ? "/*" : `/${path}`,
      HttpMethod: methodPath.slice(slash + 1),
    };
    return {
      template: {
        type: "AWS::ApiGateway::Stage",
        properties: { MethodSettings: [setting] },
        partOf: context.owner("apigateway/stage", stageOwner(inputs)),
      },
      requests: [
        [
          "apigateway.UpdateStage",
          {
            restApiId: inputs["restApi"],
            stageName: inputs["stageName"],
            patchOperations: methodPatch(methodPath, object(inputs["settings"])),
          },
        ],
      ],
    };
  },
  "apigateway/domainName": (inputs, context) => {
    const { endpointConfiguration, ...rest } = without(inputs, "tags");
    const types = endpoint(endpointConfiguration);
    return {
      template: {
        type: "AWS::ApiGateway::DomainName",
        properties: {
          ...pascal(rest),
          EndpointConfiguration: { Types: types },
          Tags: tagList(context),
        },
      },
      requests: [
        [
          "apigateway.CreateDomainName",
          { ...rest, endpointConfiguration: { types }, tags: context.tags },
        ],
      ],
    };
  },
  "apigateway/basePathMapping": (inputs) => ({
    template: {
      type: "AWS::ApiGateway::BasePathMapping",
      properties: pascal(inputs, { restApi: "RestApiId", stageName: "Stage" }),
    },
    requests: [
      [
        "apigateway.CreateBasePathMapping",
        camel(inputs, { restApi: "restApiId", stageName: "stage" }),
      ],
    ],
  }),
};
