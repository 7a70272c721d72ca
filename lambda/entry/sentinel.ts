import { createSentinel } from "../handlers/sentinel";
import { base } from "./base";
import { cloudwatch } from "./cloudwatch";
import { dynamodb } from "./dynamodb";
import { http } from "./http";
import { lambda } from "./lambda";

export const handler = createSentinel({ ...base, cloudwatch, dynamodb, http, lambda });
