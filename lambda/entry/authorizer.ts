import { createAuthorizer } from "../handlers/authorizer";
import { base } from "./base";
import { verifyToken } from "./verifyToken";

export const handler = createAuthorizer({ ...base, verifyToken });
