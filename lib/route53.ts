import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  DNS_TTL_SECONDS,
  HEALTH_CHECK_FAILURES,
  LATCH_FAILURES,
  LATCH_INTERVAL_SECONDS,
} from "../lambda/shared/tunables";
import { type ApiGateway, STAGE_NAME } from "./apiGateway";
import { physicalName } from "./naming";
import type { Pair, Platform } from "./platform";

const HTTPS_PORT = 443;

export interface Route53Args {
  readonly platform: Platform;
  readonly apis: Pair<ApiGateway>;
}

/**
 * The name that follows the active region, without any call to Route 53 during an outage: the
 * record of home leaves when home is sick (its check) or when the standby has taken over (the
 * latch), and does not come back by itself. Losing the standby leaves home in service: a latch that
 * cannot be reached is inverted to healthy. Where both look bad, Route 53 answers with the
 * secondary, because that record has no check.
 */
export class Route53 extends pulumi.ComponentResource {
  /** The name clients use, `api.<zone>`. */
  readonly apiDomain: pulumi.Output<string>;
  readonly nameServers: pulumi.Output<string[]>;
  /** The check of home's endpoint: the one whose path the orchestrator re-points. */
  readonly healthCheckId: pulumi.Output<string>;
  readonly healthCheckArn: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: Route53Args,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:Route53", name, {}, opts);
    const zone = this.createZone();
    const homeCheck = this.createHomeCheck();
    const inService = this.createInService(homeCheck, this.createLatch());
    const primary = this.createRecords(zone, inService);

    this.apiDomain = primary.fqdn;
    this.nameServers = zone.nameServers;
    this.healthCheckId = homeCheck.id;
    this.healthCheckArn = homeCheck.arn;
    this.registerOutputs({ apiDomain: this.apiDomain, healthCheckId: this.healthCheckId });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.platform.home.provider };
  }

  private nameTag(what: string) {
    return { Name: physicalName("healthCheck", this.args.platform.config.env, what) };
  }

  /** Delegated from nowhere: whoever tests a failover asks its name servers directly. */
  private createZone(): aws.route53.Zone {
    const { config, retention } = this.args.platform;
    return new aws.route53.Zone(
      this.name,
      {
        name: `${config.env}.trading.internal`,
        comment: "Undelegated; ask its own name servers",
        forceDestroy: retention.forceDestroy,
      },
      this.child,
    );
  }

  private createHomeCheck(): aws.route53.HealthCheck {
    const { platform, apis } = this.args;
    return new aws.route53.HealthCheck(
      `${this.name}-home`,
      {
        type: "HTTPS",
        fqdn: apis.home.host,
        port: HTTPS_PORT,
        enableSni: true,
        // Home must be active under an epoch above this one; 0 is below every epoch.
        resourcePath: `/${STAGE_NAME}/health?after=0`,
        requestInterval: platform.config.healthCheckIntervalSeconds,
        failureThreshold: HEALTH_CHECK_FAILURES,
        tags: this.nameTag("home"),
      },
      // After a failover the orchestrator raises the epoch in it, for good.
      { ...this.child, ignoreChanges: ["resourcePath"] },
    );
  }

  private createLatch(): aws.route53.HealthCheck {
    return new aws.route53.HealthCheck(
      `${this.name}-latch`,
      {
        type: "HTTPS",
        fqdn: this.args.apis.standby.host,
        port: HTTPS_PORT,
        enableSni: true,
        resourcePath: `/${STAGE_NAME}/failover-latch`,
        requestInterval: LATCH_INTERVAL_SECONDS,
        failureThreshold: LATCH_FAILURES,
        // 200 says that the standby has taken over, and then home's record must not be used.
        invertHealthcheck: true,
        tags: this.nameTag("latch"),
      },
      this.child,
    );
  }

  /** Healthy while home answers and the standby has not taken over. */
  private createInService(
    homeCheck: aws.route53.HealthCheck,
    latch: aws.route53.HealthCheck,
  ): aws.route53.HealthCheck {
    const checks = [homeCheck, latch];
    return new aws.route53.HealthCheck(
      `${this.name}-in-service`,
      {
        type: "CALCULATED",
        childHealthchecks: checks.map((check) => check.id),
        childHealthThreshold: checks.length,
        tags: this.nameTag("in-service"),
      },
      this.child,
    );
  }

  private createRecords(
    zone: aws.route53.Zone,
    inService: aws.route53.HealthCheck,
  ): aws.route53.Record {
    const { platform, apis } = this.args;
    const { home, standby } = platform;
    const record = { zoneId: zone.zoneId, name: pulumi.interpolate`api.${zone.name}` };
    const cname = { ...record, type: "CNAME", ttl: DNS_TTL_SECONDS };
    const primary = new aws.route53.Record(
      `${this.name}-${home.token}`,
      {
        ...cname,
        setIdentifier: home.name,
        records: [apis.home.host],
        failoverRoutingPolicies: [{ type: "PRIMARY" }],
        healthCheckId: inService.id,
      },
      this.child,
    );
    new aws.route53.Record(
      `${this.name}-${standby.token}`,
      {
        ...cname,
        setIdentifier: standby.name,
        records: [apis.standby.host],
        failoverRoutingPolicies: [{ type: "SECONDARY" }],
      },
      this.child,
    );
    return primary;
  }
}
