import { createOrderProcessor } from "../handlers/orderProcessor";
import { sql } from "./applicationSql";
import { base } from "./base";
import { dynamodb } from "./dynamodb";
import { s3 } from "./s3";
import { sqs } from "./sqs";

export const handler = createOrderProcessor({ ...base, dynamodb, s3, sqs, sql });
