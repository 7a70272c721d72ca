import { base } from "../../entry/base";
import { http } from "../../entry/http";
import { createHealthCanary } from "../healthCanary";

export const handler = createHealthCanary({ ...base, http });
