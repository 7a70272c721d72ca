import { execFileSync } from "node:child_process";
import * as path from "node:path";
import type { TlsFiles } from "../../support/postgres/postgres";

/**
 * Makes a certificate for the loopback. It is its own authority: who trusts it, trusts every server
 * of the harness.
 * @throws Error where there is no OpenSSL.
 */
export function makeCertificate(directory: string): TlsFiles {
  const files = {
    certificate: path.join(directory, "server.crt"),
    key: path.join(directory, "server.key"),
  };
  const request = [
    ...["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", files.key, "-out", files.certificate],
  ];
  try {
    execFileSync("openssl", request, { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    throw new Error(`live: no certificate could be made; install OpenSSL: ${String(error)}`);
  }
  return files;
}
