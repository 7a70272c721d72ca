import { createSentinel } from "../handlers/sentinel";
import { base } from "./base";
import { cloudwatch } from "./cloudwatch";
import { dynamodb } from "./dynamodb";
import { http } from "./http";
import { lambda } from "./lambda";
import { canaryToken } from "./canaryToken";

export const handler = createSentinel({ ...base, canaryToken, cloudwatch, dynamodb, http, lambda });
