/** Rate and burst, as in API Gateway's settings. */
export interface Limit {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/**
 * A throttle like API Gateway's: a request takes a token, and tokens return at a steady rate up to
 * the burst (API Gateway Developer Guide: token bucket algorithm).
 */
export class TokenBucket {
  private tokens: number;
  private refilledAtMs: number;
  /** Rate of other requests, which are not simulated one by one. */
  private othersPerSecond = 0;

  /** @param uniform draws from 0 to 1, to decide which of many requests gets the next token */
  constructor(
    private readonly limit: Limit,
    private readonly nowMs: () => number,
    private readonly uniform: () => number,
  ) {
    this.tokens = limit.burst;
    this.refilledAtMs = nowMs();
  }

  /**
   * Simulates so many other requests that, with the burst used up, this share of all requests is
   * rejected. @returns a function that ends the flood
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

  /** Takes a token if there is one. */
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
