import { type Conversions, tagList } from "./conversion";
import { type Inputs, defined, isObject, object, objects, pascal, without } from "./pascal";

function dimensions(map: unknown): Inputs[] | undefined {
  if (!isObject(map)) return undefined;
  return Object.entries(map).map(([Name, Value]) => ({ Name, Value }));
}

function metricQuery(query: Inputs): Inputs {
  const metric = object(query["metric"]);
  const rest = pascal(without(query, "metric"));
  if (query["metric"] === undefined) return rest;
  return {
    ...rest,
    MetricStat: {
      ...pascal(without(metric, "namespace", "metricName", "dimensions")),
      Metric: defined({
        Namespace: metric["namespace"],
        MetricName: metric["metricName"],
        Dimensions: dimensions(metric["dimensions"]),
      }),
    },
  };
}

const alarmNames = { name: "AlarmName", okActions: "OKActions" };

export const observability: Conversions = {
  "cloudwatch/metricAlarm": (inputs, context) => {
    const queries = objects(inputs["metricQueries"]).map(metricQuery);
    const parameters = defined({
      ...pascal(without(inputs, "dimensions", "metricQueries"), alarmNames),
      Dimensions: dimensions(inputs["dimensions"]),
      Metrics: queries.length > 0 ? queries : undefined,
      Tags: tagList(context),
    });
    return {
      template: { type: "AWS::CloudWatch::Alarm", properties: parameters },
      requests: [["cloudwatch.PutMetricAlarm", parameters]],
    };
  },
  "cloudwatch/compositeAlarm": (inputs, context) => {
    const parameters = { ...pascal(inputs, alarmNames), Tags: tagList(context) };
    return {
      template: { type: "AWS::CloudWatch::CompositeAlarm", properties: parameters },
      requests: [["cloudwatch.PutCompositeAlarm", parameters]],
    };
  },
  "cloudwatch/dashboard": (inputs) => ({
    template: { type: "AWS::CloudWatch::Dashboard", properties: pascal(inputs) },
    requests: [["cloudwatch.PutDashboard", pascal(inputs)]],
  }),
  "cloudwatch/logGroup": ({ name, retentionInDays, ...rest }, context) => ({
    template: {
      type: "AWS::Logs::LogGroup",
      properties: {
        LogGroupName: name,
        RetentionInDays: retentionInDays,
        ...pascal(without(rest, "skipDestroy")),
        Tags: tagList(context),
      },
    },
    requests: [
      [
        "logs.CreateLogGroup",
        { logGroupName: name, ...without(rest, "skipDestroy"), tags: context.tags },
      ],
      ["logs.PutRetentionPolicy", { logGroupName: name, retentionInDays }],
    ],
  }),
  "cloudwatch/logResourcePolicy": ({ policyName, policyDocument }) => ({
    template: {
      type: "AWS::Logs::ResourcePolicy",
      properties: { PolicyName: policyName, PolicyDocument: policyDocument },
    },
    requests: [["logs.PutResourcePolicy", { policyName, policyDocument }]],
    policies: [{ kind: "resource", document: policyDocument as string }],
  }),
  "synthetics/canary": (inputs, context) => {
    const code = {
      Handler: inputs["handler"],
      S3Bucket: inputs["s3Bucket"],
      S3Key: inputs["s3Key"],
    };
    const kept = without(
      inputs,
      ...["handler", "s3Bucket", "s3Key", "startCanary", "deleteLambda", "artifactConfig"],
    );
    const artifacts = pascal(inputs["artifactConfig"], { s3Encryption: "S3Encryption" });
    const both = defined({
      ...pascal(kept, { artifactS3Location: "ArtifactS3Location" }),
      Code: code,
      ArtifactConfig: artifacts,
    });
    return {
      template: {
        type: "AWS::Synthetics::Canary",
        properties: {
          ...both,
          StartCanaryAfterCreation: inputs["startCanary"],
          ProvisionedResourceCleanup: inputs["deleteLambda"] === true ? "AUTOMATIC" : "OFF",
          Tags: tagList(context),
        },
      },
      requests: [["synthetics.CreateCanary", { ...both, Tags: context.tags }]],
    };
  },
};
