import { type AlarmText, describeAlarm, readDescription } from "../../../lib/alarms/description";
import { loadProgram } from "../../helpers/program";

const text: AlarmText = { meaning: "It burns; it is hot", fault: "a fire", first: "dr status" };

test.each([text, { ...text, first: "dr verify --wait", next: "leave, and call somebody" }])(
  "a description that is made of %j has the same parts",
  (parts) => expect(readDescription(describeAlarm(parts))).toEqual(parts),
);

test("another description is refused", () => {
  expect(() => readDescription("It burns")).toThrow("make it with describeAlarm");
});

test("every alarm says what it means and what to do, within CloudWatch's limit", async () => {
  const program = await loadProgram();
  const alarms = ["metricAlarm", "compositeAlarm"].flatMap((type) =>
    program.all(`cloudwatch/${type}`),
  );
  expect(alarms).not.toEqual([]);
  for (const { inputs } of alarms) {
    const description = String(inputs.alarmDescription);
    expect(description.length).toBeLessThanOrEqual(1024);
    expect(describeAlarm(readDescription(description))).toBe(description);
  }
});
