import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import type { Rest } from "../rest";

const text = z.string();
const state = z.object({ status: text, reason: z.optional(text) });
const experimentSchema = z.object({
  experiment: z.object({
    id: text,
    state,
    actions: z._default(z.record(text, z.object({ state: z.optional(state) })), {}),
  }),
});
const experimentsSchema = z.object({
  experiments: z._default(z.array(z.object({ id: text, state })), []),
});
const templateSchema = z.object({
  experimentTemplate: z.object({
    actions: z._default(
      z.record(
        text,
        z.object({ actionId: text, parameters: z._default(z.record(text, text), {}) }),
      ),
      {},
    ),
    stopConditions: z._default(z.array(z.object({ source: text, value: z.optional(text) })), []),
  }),
});

/** An experiment as AWS FIS describes it. */
export type FisExperiment = z.infer<typeof experimentSchema>["experiment"];
export type FisTemplate = z.infer<typeof templateSchema>["experimentTemplate"];

const endings: readonly string[] = ["completed", "stopped", "failed", "cancelled"];
export const hasEnded = ({ state: { status } }: Pick<FisExperiment, "state">): boolean =>
  endings.includes(status);

/** The calls to AWS FIS that a game day needs (AWS FIS API Reference). */
export class Fis {
  constructor(private readonly rest: Rest) {}

  async template(id: string): Promise<FisTemplate> {
    const answer = await this.rest({ method: "GET", path: `/experimentTemplates/${id}` });
    return templateSchema.parse(answer).experimentTemplate;
  }

  async start(experimentTemplateId: string): Promise<FisExperiment> {
    const body = {
      clientToken: randomUUID(),
      experimentTemplateId,
      tags: { Name: "dr gameday" },
    };
    const answer = await this.rest({ method: "POST", path: "/experiments", body });
    return experimentSchema.parse(answer).experiment;
  }

  async experiment(id: string): Promise<FisExperiment> {
    const answer = await this.rest({ method: "GET", path: `/experiments/${id}` });
    return experimentSchema.parse(answer).experiment;
  }

  async stop(id: string): Promise<void> {
    await this.rest({ method: "DELETE", path: `/experiments/${id}` });
  }

  /** Ids of a template's experiments that have not ended; of the newest, one page. */
  async running(templateId: string): Promise<string[]> {
    const query = { experimentTemplateId: templateId };
    const answer = await this.rest({ method: "GET", path: "/experiments", query });
    const { experiments } = experimentsSchema.parse(answer);
    return experiments.filter((each) => !hasEnded(each)).map(({ id }) => id);
  }
}
