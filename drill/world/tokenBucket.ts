/** Steady rate and burst, as in API Gateway's settings. */
export interface Limit {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/**
 * A throttle as API Gateway has it: a request takes a token, tokens come back at a steady rate up
 * to the burst (API Gateway Developer Guide: token bucket algorithm).
 */
export class TokenBucket {
  private tokens: number;
  private refilledAtMs: number;
  /** Requests of others, which are not played one by one. */
  private othersPerSecond = 0;

  /** @param uniform draws from 0 to 1 which of many requests gets the next token. */
  constructor(
    private readonly limit: Limit,
    private readonly nowMs: () => number,
    private readonly uniform: () => number,
  ) {
    this.tokens = limit.burst;
    this.refilledAtMs = nowMs();
  }

  /**
   * Others ask so often that, with the burst used up, this share of all requests is refused.
   * @returns ends it.
   */
  flood(refusedShare: number): () => void {
    const requestsPerSecond = this.limit.ratePerSecond / (1 - refusedShare);
    this.refill();
    this.othersPerSecond += requestsPerSecond;
    return () => {
      this.refill();
      this.othersPerSecond -= requestsPerSecond;
    };
  }

  /** Whether a request gets a token. */
  take(): boolean {
    this.refill();
    if (this.tokens >= 1) {
      this.tokens--;
      return true;
    }
    const { ratePerSecond } = this.limit;
    return (
      this.othersPerSecond > ratePerSecond && this.uniform() < ratePerSecond / this.othersPerSecond
    );
  }

  private refill(): void {
    const { ratePerSecond, burst } = this.limit;
    const nowMs = this.nowMs();
    const gained = ((nowMs - this.refilledAtMs) / 1000) * (ratePerSecond - this.othersPerSecond);
    this.tokens = Math.min(burst, Math.max(0, this.tokens + gained));
    this.refilledAtMs = nowMs;
  }
}
