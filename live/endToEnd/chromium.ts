import { existsSync } from "node:fs";

/** A browser that is installed on this machine; none is downloaded. */
export const chromiumPath = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((file) => existsSync(file));
