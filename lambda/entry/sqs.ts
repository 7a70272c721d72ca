import { SQSClient } from "@aws-sdk/client-sqs";
import { clientOptions, perRegion } from "./clients";

export const sqs = perRegion((region) => new SQSClient({ region, ...clientOptions }));
