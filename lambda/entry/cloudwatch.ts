import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { clientOptions } from "./clients";

export const cloudwatch = new CloudWatchClient(clientOptions);
