import type { Item } from "../../support/dynamodb/expressions";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { createPlatform } from "../drill";
import { beginningOf } from "../scenario/arming";
import { regionLost } from "../scenario/faults";
import { playOutage } from "../scenario/outage";
import { EventualTable } from "../world/eventualTable";
import type { TableStore } from "../world/replica";
import { StrongTable } from "../world/strongTable";

/** Each item written from here on, with its JSON at that moment. */
function noteWrites(): Map<Item, string> {
  const written = new Map<Item, string>();
  for (const table of [StrongTable.prototype, EventualTable.prototype] as TableStore[]) {
    const { write } = table;
    jest.spyOn(table, "write").mockImplementation(function (this: TableStore, region, key, item) {
      if (item !== undefined) written.set(item, JSON.stringify(item));
      write.call(this, region, key, item);
    });
  }
  return written;
}

afterEach(() => jest.restoreAllMocks());

it("nobody changes a stored item during a whole outage", async () => {
  const { resources } = await cachedCapture();
  const platform = await createPlatform(resources);
  const beginning = await beginningOf(platform, "armed");
  const written = noteWrites();
  const fault = regionLost(platform.program.homeRegion);
  const { control } = await playOutage(platform, { seed: "1", fault, beginning });
  const changed = [...written].filter(([item, text]) => JSON.stringify(item) !== text);
  expect(changed).toEqual([]);
  expect(written.size).toBeGreaterThan(1_000);
  expect(control).toMatchObject({ active: "us-east-2", epoch: 2 });
}, 120_000);
