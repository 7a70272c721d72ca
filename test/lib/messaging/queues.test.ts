import { type Program, loadProgram, regions } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

describe.each(regions)("the queues in %s", (token) => {
  test("hints expire after ten minutes, are invisible for six times the processor's timeout, and are never redriven", () => {
    expect(program.one("sqs/queue", `queues-${token}-orders`).inputs).toEqual({
      name: `dev-orders-${token}`,
      sqsManagedSseEnabled: true,
      visibilityTimeoutSeconds: 60,
      messageRetentionSeconds: 600,
    });
    const processor = program.one("lambda/function", `orderProcessor-${token}`);
    expect(processor.inputs.timeout).toBe(60 / 6);
  });

  test.each(["order-dead-letters", "function-failures"])(
    "%s keeps messages for 14 days",
    (what) => {
      expect(program.one("sqs/queue", `queues-${token}-${what}`).inputs).toEqual({
        name: `dev-${what}-${token}`,
        sqsManagedSseEnabled: true,
        messageRetentionSeconds: 1_209_600,
      });
    },
  );
});
