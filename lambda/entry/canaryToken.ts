import { canaryTokens } from "../auth/tokens";
import { createLog } from "../runtime/log";
import { base } from "./base";
import { secretText } from "./secretText";

export const canaryToken = canaryTokens({
  nowMs: () => base.clock.nowMs(),
  log: createLog(base, "tokens"),
  canaryKeys: () => secretText("CANARY_SECRET_ARN"),
});
