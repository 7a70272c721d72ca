import { canarySignerOf } from "../auth/keySources";
import { base } from "./base";
import { secretText } from "./secretText";

export const canaryToken = canarySignerOf({ ...base, secretText });
