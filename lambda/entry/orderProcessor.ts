import { createOrderProcessor } from "../handlers/orderProcessor";
import { sql } from "./applicationSql";
import { base } from "./base";
import { dynamodb } from "./dynamodb";
import { sqs } from "./sqs";

export const handler = createOrderProcessor({ ...base, dynamodb, sqs, sql });
