/** The ledger's global secondary index over open and closed orders: key `shard`, range `at`. */
export const WORK_INDEX = "work";

/** Prefix of all objects of the archive. IAM policies and lifecycle rules use it too. */
export const ARCHIVE_PREFIX = "archive/";
