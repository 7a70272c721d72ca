import { createDbMigration } from "../handlers/dbMigration";
import { base } from "./base";
import { sql } from "./masterSql";

export const handler = createDbMigration({ ...base, sql });
