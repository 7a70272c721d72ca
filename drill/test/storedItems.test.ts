import { createPlatform } from "../drill";
import { beginningOf } from "../scenario/arming";
import { regionLost } from "../scenario/faults";
import { playOutage } from "../scenario/outage";
import { EventualTable } from "../world/eventualTable";
import type { Item } from "../../support/dynamodb/expressions";
import { JsonText, lightJson } from "../world/jsonText";
import type { TableStore } from "../world/replica";
import { StrongTable } from "../world/strongTable";
import { cachedCapture } from "../../support/capture/cachedCapture";

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

/** Each value that JSON is made of from here on, with its text at that moment. */
function noteTexts(): Map<unknown, string> {
  const made = new Map<unknown, string>();
  const { stringify } = lightJson;
  jest.spyOn(lightJson, "stringify").mockImplementation((value, ...format: [null, number] | []) => {
    const text = stringify(value, ...format);
    if (text instanceof JsonText) made.set(value, JSON.stringify(value));
    return text;
  });
  return made;
}

afterEach(() => jest.restoreAllMocks());

it("nobody changes a stored item, or what JSON is made of, through a whole outage", async () => {
  const { resources } = await cachedCapture();
  const platform = await createPlatform(resources);
  const beginning = await beginningOf(platform, "armed");
  const written = noteWrites();
  const made = noteTexts();
  const fault = regionLost(platform.program.homeRegion);
  const { control } = await playOutage(platform, { seed: "1", fault, beginning });
  const changed = (noted: Map<unknown, string>): unknown[] =>
    [...noted].filter(([value, text]) => JSON.stringify(value) !== text);
  expect([changed(written), changed(made)]).toEqual([[], []]);
  expect(written.size).toBeGreaterThan(1_500);
  expect(made.size).toBeGreaterThan(2_000);
  expect(control).toMatchObject({ active: "us-east-2", epoch: 2 });
}, 120_000);
