import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type RegionalArgs, RegionalComponent } from "../platform/component";
import { ordersRatePerSecond } from "../platform/throughput";
import { WAF_CLIENT_SHARE, WAF_WINDOW_SECONDS } from "../platform/tunables";

type Rule = aws.types.input.wafv2.WebAclRule;
type CustomKey = aws.types.input.wafv2.WebAclRuleStatementRateBasedStatementCustomKey;

export interface WafArgs extends RegionalArgs {
  readonly stage: aws.apigateway.Stage;
}

/**
 * Limits what one address and one token may send to /orders, to a share of what the throttle of each
 * method admits. A flood from many addresses with many tokens passes it, so no promise relies on it.
 * Paths that the probes and canaries use are not limited: their addresses may be shared with others.
 */
export class Waf extends RegionalComponent<WafArgs> {
  constructor(name: string, args: WafArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Waf", name, args, opts);
    const acl = this.createAcl();
    new aws.wafv2.WebAclAssociation(
      name,
      { resourceArn: args.stage.arn, webAclArn: acl.arn },
      this.child,
    );
    this.registerOutputs();
  }

  private createAcl(): aws.wafv2.WebAcl {
    const name = this.nameOf("webAcl", "orders");
    return new aws.wafv2.WebAcl(
      this.name,
      {
        name,
        description: "Limits the orders of one address and of one token",
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: [
          this.createRule(name, 0, "one-address", { ip: {} }),
          this.createRule(name, 1, "one-token", { header: authorization }),
        ],
        visibilityConfig: visible(name),
      },
      this.child,
    );
  }

  /** POST and GET have a throttle each, so they are counted separately. */
  private createRule(acl: string, priority: number, name: string, key: CustomKey): Rule {
    const rate = ordersRatePerSecond(this.args.platform.config) * WAF_CLIENT_SHARE;
    return {
      name,
      priority,
      action: { block: {} },
      statement: {
        rateBasedStatement: {
          aggregateKeyType: "CUSTOM_KEYS",
          customKeys: [key, { httpMethod: {} }],
          evaluationWindowSec: WAF_WINDOW_SECONDS,
          limit: Math.floor(rate * WAF_WINDOW_SECONDS),
          scopeDownStatement: {
            byteMatchStatement: {
              fieldToMatch: { uriPath: {} },
              positionalConstraint: "CONTAINS",
              searchString: "/orders",
              // A client may send the path percent-encoded. The transformation decodes it once.
              textTransformations: [{ priority: 0, type: "URL_DECODE" }],
            },
          },
        },
      },
      visibilityConfig: visible(`${acl}-${name}`),
    };
  }
}

/** The authorizer accepts the scheme in any case, and several spaces: they must not be other keys. */
const authorization = {
  name: "authorization",
  textTransformations: [
    { priority: 0, type: "COMPRESS_WHITE_SPACE" },
    { priority: 1, type: "LOWERCASE" },
  ],
};

function visible(metricName: string) {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}
