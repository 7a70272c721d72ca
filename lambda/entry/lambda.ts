import { LambdaClient } from "@aws-sdk/client-lambda";
import { oneAttempt, perRegion } from "./clients";

export const lambda = perRegion((region) => new LambdaClient({ region, ...oneAttempt }));
