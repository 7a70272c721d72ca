import { createAuthorizer } from "../handlers/authorizer";
import { base } from "./base";
import { verifyToken } from "./tokens";

export const handler = createAuthorizer({ ...base, verifyToken });
