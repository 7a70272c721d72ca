/** DynamoDB's refusal of a request that it cannot understand. */
export class ValidationException extends Error {
  override readonly name = "ValidationException";
}

const tokenPattern = /\s*([#:]?[A-Za-z_][A-Za-z0-9_]*|\d+|<>|<=|>=|[=<>(),.[\]+-])/y;

/** A reader of one expression's tokens. */
export class Tokens {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(readonly text: string) {
    tokenPattern.lastIndex = 0;
    while (tokenPattern.lastIndex < text.trimEnd().length) {
      const from = tokenPattern.lastIndex;
      const match = tokenPattern.exec(text);
      if (match === null) throw new ValidationException(`syntax at ${text.slice(from)}`);
      this.tokens.push(match[1]!);
    }
  }

  get isDone(): boolean {
    return this.at >= this.tokens.length;
  }

  /** The next token, upper case where it is a bare word. */
  peek(): string {
    return (this.tokens[this.at] ?? "").toUpperCase();
  }

  next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw this.wrong();
    return token;
  }

  take(word: string): boolean {
    if (this.peek() !== word) return false;
    this.at++;
    return true;
  }

  expect(word: string): void {
    if (!this.take(word)) throw this.wrong();
  }

  wrong(): ValidationException {
    const found = this.tokens[this.at] ?? "its end";
    return new ValidationException(`expression "${this.text}" is not understood at ${found}`);
  }
}
