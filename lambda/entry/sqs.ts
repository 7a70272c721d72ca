import { SQSClient } from "@aws-sdk/client-sqs";
import { oneAttempt, perRegion } from "./clients";

export const sqs = perRegion((region) => new SQSClient({ region, ...oneAttempt }));
