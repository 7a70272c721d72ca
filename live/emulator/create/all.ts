import type { Declared } from "../program";
import { createApis } from "./apis";
import { createGlobalDatabase } from "./database";
import { createDns } from "./dns";
import { createFunctions, invokeOnce, mapEventSources, permitInvocations } from "./functions";
import { createQueues, createTopics, subscribe } from "./messaging";
import { createAlarms, createRules } from "./monitoring";
import type { Stage } from "./stage";
import { createBuckets, createSecrets } from "./storage";
import { createTables } from "./tables";

/** Creates the captured resources in the emulator, in the order in which they need each other. */
export async function createAll(
  stage: Stage,
  databasePort: (region: string) => number,
  environmentOf: (declared: Declared) => Record<string, string>,
  onStep: (step: string) => void,
): Promise<void> {
  onStep("creating tables, queues, topics, buckets, secrets, database, DNS and alarms");
  await Promise.all([
    createTables(stage),
    createQueues(stage),
    createTopics(stage),
    createBuckets(stage),
    createSecrets(stage),
    createGlobalDatabase(stage, databasePort),
    createDns(stage),
    createAlarms(stage),
    createRules(stage),
  ]);
  onStep("creating APIs and functions");
  await createApis(stage);
  await createFunctions(stage, environmentOf);
  await permitInvocations(stage);
  await subscribe(stage);
  onStep("migrating the database");
  await invokeOnce(stage);
  await mapEventSources(stage);
}
