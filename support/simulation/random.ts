/** One stream of pseudo-random numbers (sfc32), seeded by text. */
export class Stream {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: string) {
    [this.a, this.b, this.c] = hash(seed);
    for (let i = 0; i < 12; i++) this.uniform();
  }

  /** In [0, 1). */
  uniform(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A whole number in [low, high]. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.uniform());
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error("nothing to pick from");
    return choices[Math.floor(this.uniform() * choices.length)]!;
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }
}

/**
 * All chance of one world. Each user draws from a stream of its own name, so one more draw in one
 * place does not shift what every other place sees.
 */
export class Random {
  private readonly streams = new Map<string, Stream>();

  constructor(readonly seed: string) {}

  stream(name: string): Stream {
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = new Stream(`${this.seed}/${name}`);
      this.streams.set(name, stream);
    }
    return stream;
  }
}

const HEX = "0123456789abcdef";

/** A version 4 UUID. */
export function uuid(stream: Stream): string {
  let text = "";
  for (let i = 0; i < 32; i++) {
    if (i === 8 || i === 12 || i === 16 || i === 20) text += "-";
    if (i === 12) text += "4";
    else text += HEX[i === 16 ? 8 + stream.integer(0, 3) : stream.integer(0, 15)];
  }
  return text;
}

/** Three well-mixed words of a text (FNV-1a with three bases, then murmur's finish). */
function hash(text: string): [number, number, number] {
  const words: [number, number, number] = [0x811c9dc5, 0x01234567, 0x9e3779b9 | 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    for (let w = 0; w < 3; w++) words[w] = Math.imul(words[w]! ^ (code + w), 0x01000193);
  }
  for (let w = 0; w < 3; w++) {
    let x = words[w]!;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    words[w] = x ^ (x >>> 16);
  }
  return words;
}
