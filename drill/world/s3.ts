import type { AssumptionName } from "../assumptions";
import { type Input, type Reply, type Service, actionOf } from "./awsService";

/** Buckets accept objects. No part of the failover reads them, so they are only counted. */
export class S3 implements Service {
  readonly name = "s3";
  objects = 0;

  latency(): AssumptionName {
    return "s3CallMs";
  }

  permission(_region: string, command: string, input: Input): readonly [string, string] {
    const action = actionOf("s3", command);
    return [action, `arn:aws:s3:::${String(input["Bucket"])}/${String(input["Key"])}`];
  }

  handle(_region: string, command: string, _input: Input, reply: Reply): void {
    if (command !== "PutObjectCommand") throw new Error(`${command} is not modelled`);
    this.objects++;
    reply.ok({});
  }
}
