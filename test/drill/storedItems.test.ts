import { createPlatform } from "../../drill/drill";
import { armed } from "../../drill/scenario/arming";
import { regionLost } from "../../drill/scenario/faults";
import { playOutage } from "../../drill/scenario/outage";
import { EventualTable } from "../../drill/world/eventualTable";
import type { Item } from "../../drill/world/expressions";
import type { TableStore } from "../../drill/world/replica";
import { StrongTable } from "../../drill/world/strongTable";
import { cachedCapture } from "../helpers/cachedCapture";

/** Each item that is written from here on, with its text at that moment. */
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

it("is changed by nobody it is handed to, through a whole outage", async () => {
  const { resources } = await cachedCapture();
  const platform = await createPlatform(resources);
  const beginning = await armed(platform);
  const written = noteWrites();
  const fault = regionLost(platform.program.homeRegion);
  const { control } = await playOutage(platform, { seed: "1", fault, beginning });
  const changed = [...written].filter(([item, text]) => JSON.stringify(item) !== text);
  expect(changed).toEqual([]);
  expect(written.size).toBeGreaterThan(2_000);
  expect(control).toMatchObject({ active: "us-east-2", epoch: 2 });
}, 120_000);
