import { convert } from "../../../scripts/conform/convert/convert";
import { pascal } from "../../../scripts/conform/convert/pascal";
import { loadProgram } from "../../helpers/program";

test("an input that nobody has renamed reaches CloudFormation and the API", async () => {
  const { resources } = await loadProgram();
  const edited = resources.map((each) =>
    each.name === "queues-use1-orders"
      ? { ...each, inputs: { ...each.inputs, kmsMasterKeyId: "alias/orders" } }
      : each,
  );
  const { parts, requests } = convert(edited);
  const isEdited = ({ resource }: { resource: string }) => resource === "Queue queues-use1-orders";
  expect([...parts.values()].find(isEdited)?.body).toMatchObject({
    Type: "AWS::SQS::Queue",
    Properties: { KmsMasterKeyId: "alias/orders" },
  });
  expect(requests.find(isEdited)?.parameters).toMatchObject({
    Attributes: { KmsMasterKeyId: "alias/orders" },
  });
});

test("every resource of the program has a conversion", async () => {
  const { resources } = await loadProgram();
  expect(convert(resources).unknown).toEqual([]);
});

test("a resource of another type is reported", async () => {
  const { resources } = await loadProgram();
  const [first] = resources.filter(({ type }) => type === "aws:sqs/queue:Queue");
  const other = { ...first!, type: "aws:mq/broker:Broker" };
  expect(convert([other]).unknown).toEqual([other]);
});

test("a bucket's configuration becomes one resource of CloudFormation", async () => {
  const { resources } = await loadProgram();
  const buckets = [...convert(resources).parts.values()].filter(
    ({ resource }) => resource === "Bucket s3-use1",
  );
  expect(buckets).toHaveLength(1);
  expect(buckets[0]?.body["Properties"]).toMatchObject({
    BucketName: "dev-archives-123456789012-use1",
    VersioningConfiguration: { Status: "Enabled" },
  });
});

test("names change at any depth, and the keys of environment variables do not", () => {
  const inputs = { environment: { variables: { region: "x" } }, rules: [{ id: "a" }], code: 1 };
  expect(pascal(inputs, { id: "ID", code: null })).toEqual({
    Environment: { Variables: { region: "x" } },
    Rules: [{ ID: "a" }],
  });
});
