import { createHealth } from "../handlers/health";
import { base } from "./base";
import { dynamodb } from "./dynamodb";

export const handler = createHealth({ ...base, dynamodb });
