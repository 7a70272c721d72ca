import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { oneAttempt } from "./clients";

export const cloudwatch = new CloudWatchClient(oneAttempt);
