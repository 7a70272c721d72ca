import { createSettlementSweep } from "../handlers/settlementSweep";
import { sql } from "./applicationSql";
import { base } from "./base";
import { dynamodb } from "./dynamodb";
import { sqs } from "./sqs";

export const handler = createSettlementSweep({ ...base, dynamodb, sqs, sql });
