/** The first part of every path is the API's version. */
export const STAGE_NAME = "v1";
