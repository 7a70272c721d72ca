import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** Paths of a real browser, on machines that have one. */
export const chromium = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((file) => existsSync(file));
const quiet = ["quic", "background-networking", "component-update", "sync", "gpu"];

interface NetLog {
  events: { params?: { url?: string; initiator?: string } }[];
}

/** What a page requests from the network and logs to the console. */
export function opened(html: string): { requests: string[]; console: string[]; dom: string } {
  const directory = mkdtempSync(path.join(tmpdir(), "page-"));
  const [file, log] = [path.join(directory, "page.html"), path.join(directory, "net.json")];
  try {
    writeFileSync(file, html);
    const { stdout, stderr } = spawnSync(
      chromium!,
      [
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        ...quiet.map((name) => `--disable-${name}`),
        `--user-data-dir=${path.join(directory, "profile")}`,
        `--log-net-log=${log}`,
        "--enable-logging=stderr",
        "--dump-dom",
        `file://${file}`,
      ],
      { encoding: "utf8", timeout: 60_000 },
    );
    const { events } = JSON.parse(readFileSync(log, "utf8")) as NetLog;
    const requests = events.flatMap(({ params: { url, initiator } = {} }) =>
      // Requests of the browser itself have no page as initiator.
      url === undefined || initiator === undefined || initiator === "not an origin" ? [] : [url],
    );
    return {
      requests: requests.filter((url) => !/^(file|data):/.test(url)),
      console: stderr.split("\n").filter((line) => line.includes(":CONSOLE")),
      dom: stdout,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
