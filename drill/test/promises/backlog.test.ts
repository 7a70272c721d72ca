import { backlogIsApart, backlogStaysSmall } from "../../scenario/promises/backlog";
import { HOME, scene, world } from "./scene";

it("a minute's sweep adds nothing to a queue that already held many; an activation does", () => {
  const see = backlogStaysSmall.watch(scene());
  const sweep = (payload: object) => {
    const variables = { QUEUE_URL: "orders", BACKLOG_QUEUE_URL: "backlog" };
    const description = { stem: "settlementSweep", region: HOME, environment: variables };
    const environment = { description, payload };
    return (command: string, queued: number): string | undefined => {
      world.held = { orders: queued % 10, backlog: Math.floor(queued / 10) };
      world.base.hooks.call.ask({ environment, command, input: {} });
      return see({ kind: "volume rebuilt", region: HOME });
    };
  };
  const shallow = sweep({ trigger: "schedule" });
  shallow("GetQueueAttributesCommand", 500);
  expect(shallow("SendMessageBatchCommand", 900)).toBeUndefined();
  expect(sweep({ activated: 2 })("SendMessageBatchCommand", 900)).toBeUndefined();
  const deep = sweep({ trigger: "schedule" });
  deep("GetQueueAttributesCommand", 501);
  expect(deep("SendMessageBatchCommand", 10)).toBe(
    `a sweep added hints in ${HOME} to 501 that were there`,
  );
});

it("re-queued orders are in another queue than orders just accepted", () => {
  const see = backlogIsApart.watch(scene());
  const send = (stem: string, command: string, url: string): string | undefined => {
    const description = { stem, region: HOME, environment: {} };
    const environment = { description, payload: {} };
    world.base.hooks.call.ask({ environment, command, input: { QueueUrl: url } });
    return see({ kind: "volume rebuilt", region: HOME });
  };
  expect(send("orderApi", "SendMessageCommand", "orders")).toBeUndefined();
  expect(send("settlementSweep", "SendMessageBatchCommand", "backlog")).toBeUndefined();
  expect(send("settlementSweep", "GetQueueAttributesCommand", "orders")).toBeUndefined();
  expect(send("orderProcessor", "SendMessageCommand", "backlog")).toBeUndefined();
  expect(send("settlementSweep", "SendMessageBatchCommand", "orders")).toBe(
    "orders just accepted and re-queued orders are both sent to orders",
  );
});
