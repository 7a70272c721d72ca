import { type Program, elsewhere, loadProgram, setOtherwise } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram(setOtherwise);
});

test("there is one provider per region, with the tags, and no other", () => {
  const providers = program.resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
  const tags = { Environment: "dev", Repository: "github.com/example/t", Author: "Ada" };
  expect(
    Object.fromEntries(
      providers.map(({ name, inputs }) => [
        name,
        { region: inputs.region, defaultTags: JSON.parse(String(inputs.defaultTags)) as unknown },
      ]),
    ),
  ).toEqual({
    use1: { region: "us-east-1", defaultTags: { tags } },
    use2: { region: "us-east-2", defaultTags: { tags } },
  });
});

test("another standby region has its own code in names", async () => {
  const moved = await loadProgram(elsewhere);
  const queues = moved.all("sqs/queue").map(({ inputs, region }) => [inputs.name, region]);
  expect(queues).toContainEqual(["dev-orders-euc1", "eu-central-1"]);
  expect(moved.environmentOf("health-euc1").STANDBY_REGION).toBe("eu-central-1");
});

test("no resource overrides the three tags, and replicas propagate them", () => {
  const own = program.resources.flatMap(({ inputs }) => Object.keys(inputs.tags ?? {}));
  expect(new Set(own)).toEqual(new Set(["GameDay", "Name"]));
  for (const { name, inputs } of program.all("dynamodb/table")) {
    expect([name, inputs.replicas]).toMatchObject([name, [{ propagateTags: true }]]);
  }
  for (const { name, inputs } of program.all("rds/cluster")) {
    expect([name, inputs.copyTagsToSnapshot]).toEqual([name, true]);
  }
});

test("every role has the permissions boundary, and none without the key", async () => {
  const boundaries = (of: Program) =>
    of.all("iam/role").map(({ name, inputs }) => [name, inputs.permissionsBoundary]);
  const boundary = "arn:aws:iam::123456789012:policy/pr-boundary";
  const bound = boundaries(program);
  expect(bound.length).toBeGreaterThan(0);
  expect(bound).toEqual(bound.map(([name]) => [name, boundary]));
  expect(boundaries(await loadProgram()).filter(([, found]) => found !== undefined)).toEqual([]);
});
