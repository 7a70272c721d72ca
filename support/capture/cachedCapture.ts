import type { CaptureOptions, CapturedProgram } from "./capture";

/**
 * The program's capture, made once for all files of a run.
 * @throws Error with the message of whatever the program threw.
 */
export async function cachedCapture(options: CaptureOptions = {}): Promise<CapturedProgram> {
  const answer = await fetch(`http://127.0.0.1:${process.env["CAPTURE_PORT"]}`, {
    method: "POST",
    // What is off is not asked for: the same question the same way.
    body: JSON.stringify(options, (_, value: unknown) => (value === false ? undefined : value)),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return JSON.parse(text) as CapturedProgram;
}
