import { verifierOf } from "../auth/keySources";
import { base } from "./base";
import { http } from "./http";
import { secretText } from "./secretText";

export const verifyToken = verifierOf({ ...base, http, secretText });
