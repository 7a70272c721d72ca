import { randomUUID } from "node:crypto";
import { base } from "../../entry/base";
import { http } from "../../entry/http";
import { canaryToken } from "../../entry/canaryToken";
import { createOrderCanary } from "../orderCanary";

export const handler = createOrderCanary({ ...base, http, canaryToken, newId: randomUUID });
