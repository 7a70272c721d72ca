/** A price of us-east-1 in dollars, and where it was read. */
export interface Price {
  readonly dollars: number;
  readonly source: string;
  /** The day it was read. */
  readonly readOn: string;
}

const READ_ON = "2026-11-30";
const price = (dollars: number, source: string): Price => ({ dollars, source, readOn: READ_ON });

/** 12 canaries that ran every minute in a month of 30 days, for about $620 (docs/costs.md). */
const SAMPLE_RUNS = 12 * 30 * 24 * 60;

/**
 * Prices by unit. Most sources are copies of AWS's lists, because AWS's own pages load prices with a
 * script. A unit without a source has no price: `dr cost` lists it as not priced.
 */
export const prices = {
  alarmMetricMonth: price(0.1, "https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm"),
  fastAlarmMetricMonth: price(0.3, "https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm"),
  compositeAlarmMonth: price(0.5, "https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm"),
  canaryRun: price(
    620 / SAMPLE_RUNS,
    "https://github.com/aws-samples/sample-multi-region-resilient-microservice-on-aws",
  ),
  endpointHour: price(0.01, "https://c3x.dev/resources/aws/aws_vpc_endpoint"),
  keyMonth: price(1, "https://c3x.dev/resources/aws/aws_kms_key"),
  secretMonth: price(
    0.4,
    "https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms",
  ),
  webAclMonth: price(5, "https://c3x.dev/blog/aws-waf-cost-explained/"),
  webAclRuleMonth: price(1, "https://c3x.dev/blog/aws-waf-cost-explained/"),
} as const satisfies Readonly<Record<string, Price>>;
