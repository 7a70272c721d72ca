/** One line of progress with the rate, overwritten in place; printed on a terminal only. */
export function countedProgress(what: string): (done: number, all: number) => void {
  const isSeen = process.stderr.isTTY && process.env["CI"] === undefined;
  const startedMs = performance.now();
  return (done, all) => {
    if (!isSeen) return;
    const perSecond = done / ((performance.now() - startedMs) / 1000);
    const text =
      done === all ? "" : `${done} of ${all} ${what}, ${perSecond.toFixed(1)} per second`;
    process.stderr.write(`\r${text}\x1b[K`);
  };
}
