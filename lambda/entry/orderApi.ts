import { createOrderApi } from "../handlers/orderApi";
import { base } from "./base";
import { dynamodb } from "./dynamodb";
import { sqs } from "./sqs";

export const handler = createOrderApi({ ...base, dynamodb, sqs });
