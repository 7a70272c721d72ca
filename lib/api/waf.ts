import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type RegionalArgs, RegionalComponent } from "../platform/component";
import { ordersRatePerSecond } from "../platform/throughput";
import { WAF_ADDRESS_SHARE, WAF_WINDOW_SECONDS } from "../platform/tunables";

export interface WafArgs extends RegionalArgs {
  readonly stage: aws.apigateway.Stage;
}

/**
 * Limits the requests that one address may send to /orders: a share of what the API's throttle admits.
 * A flood from many addresses passes it, so no promise relies on it. Paths that the probes and canaries
 * use are not limited: their addresses may be shared with others.
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
    const rate = ordersRatePerSecond(this.args.platform.config) * WAF_ADDRESS_SHARE;
    const visible = (metricName: string) => ({
      metricName,
      cloudwatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
    });
    return new aws.wafv2.WebAcl(
      this.name,
      {
        name,
        description: "Limits the orders of one address",
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: [
          {
            name: "one-address",
            priority: 0,
            action: { block: {} },
            statement: {
              rateBasedStatement: {
                aggregateKeyType: "IP",
                evaluationWindowSec: WAF_WINDOW_SECONDS,
                limit: Math.floor(rate * WAF_WINDOW_SECONDS),
                scopeDownStatement: pathContains("/orders"),
              },
            },
            visibilityConfig: visible(`${name}-one-address`),
          },
        ],
        visibilityConfig: visible(name),
      },
      this.child,
    );
  }
}

function pathContains(searchString: string) {
  return {
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: "CONTAINS",
      searchString,
      textTransformations: [{ priority: 0, type: "NONE" }],
    },
  };
}
