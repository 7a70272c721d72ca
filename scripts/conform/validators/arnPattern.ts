/**
 * Whether an ARN can match both a policy's pattern and the ARN of a resource type, as
 * `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
 */
export function canMatch(pattern: string, typeArn: string): boolean {
  if (pattern === "*") return true;
  return overlap(pattern, typeArn.replace(/\$\{[^}]+\}/g, "*"));
}

/** Whether some text matches both patterns, in which `*` stands for any text. */
function overlap(a: string, b: string): boolean {
  // Row by row: reachable[j] tells whether the rest of `a` and the rest of `b` from j overlap.
  let below: boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = new Array<boolean>(b.length + 1).fill(false);
    for (let j = b.length; j >= 0; j--) {
      const isEnd = i === a.length && j === b.length;
      const skipsA = a[i] === "*" && (below[j]! || (j < b.length && row[j + 1]!));
      const skipsB = b[j] === "*" && (row[j + 1]! || (i < a.length && below[j]!));
      const isSame =
        i < a.length && j < b.length && (a[i] === b[j] || a[i] === "?") && below[j + 1]!;
      row[j] = isEnd || skipsA || skipsB || isSame;
    }
    below = row;
  }
  return below[0]!;
}
