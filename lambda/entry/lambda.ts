import { LambdaClient } from "@aws-sdk/client-lambda";
import { clientOptions, perRegion } from "./clients";

export const lambda = perRegion((region) => new LambdaClient({ region, ...clientOptions }));
