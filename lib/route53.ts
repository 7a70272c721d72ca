import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  DNS_TTL_SECONDS,
  HEALTH_CHECK_FAILURES,
  LATCH_FAILURES,
  LATCH_INTERVAL_SECONDS,
} from "../lambda/failover/budget";
import { STAGE_NAME } from "./api/stage";
import type { ApiGateway } from "./apiGateway";
import type { Domain } from "./api/domain";
import { physicalName } from "./platform/naming";
import type { Pair, Platform, Region } from "./platform/platform";
import { PlatformComponent } from "./platform/component";

const HTTPS_PORT = 443;

export interface Route53Args {
  readonly platform: Platform;
  readonly apis: Pair<ApiGateway>;
  /**
   * The name that clients use.
   * @default - `api.` in an undelegated zone of the environment
   */
  readonly domain?: Domain;
}

/** The API's name and the zone that contains it. */
interface ApiName {
  readonly zoneId: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
}

/**
 * The name that follows the active region. No call to Route 53 is necessary during an outage.
 * Home's record is withdrawn when home is unhealthy (its health check) or when the standby has
 * taken over (the latch), and it does not return automatically. Losing the standby leaves home in
 * service: an unreachable latch is inverted to healthy. If both look unhealthy, Route 53 answers
 * with the secondary record, because that record has no health check.
 */
export class Route53 extends PlatformComponent<Route53Args> {
  /** The name that clients use. */
  readonly apiDomain: pulumi.Output<string>;
  /** The zone that contains the name. */
  readonly hostedZoneId: pulumi.Output<string>;
  /** The name servers of the undelegated zone. Empty if the name is public. */
  readonly nameServers: pulumi.Output<string[]>;
  /** The health check of home's endpoint. The orchestrator changes its path. */
  readonly homeCheck: aws.route53.HealthCheck;
  /** Notifies people when the standby is down. No record depends on it. */
  readonly standbyCheck: aws.route53.HealthCheck;
  /** Healthy while the name resolves to home. */
  readonly inServiceCheck: aws.route53.HealthCheck;

  constructor(name: string, args: Route53Args, opts?: pulumi.ComponentResourceOptions) {
    super("Route53", name, args, opts);
    this.homeCheck = this.createHomeCheck();
    this.inServiceCheck = this.createInService(this.homeCheck, this.createLatch());
    this.standbyCheck = this.createStandbyCheck();
    const { apiName, nameServers } = this.createName();
    const primary = this.createRecords(apiName, this.inServiceCheck);

    this.apiDomain = primary.fqdn;
    this.hostedZoneId = pulumi.output(apiName.zoneId);
    this.nameServers = nameServers;
    this.registerOutputs({ apiDomain: this.apiDomain, healthCheckId: this.homeCheck.id });
  }

  private nameTag(what: string) {
    return { Name: physicalName("healthCheck", this.args.platform.config.env, what) };
  }

  private createName(): { apiName: ApiName; nameServers: pulumi.Output<string[]> } {
    const { domain } = this.args;
    if (domain) {
      const apiName = { zoneId: domain.hostedZoneId, name: domain.domainName };
      return { apiName, nameServers: pulumi.output([]) };
    }
    const zone = this.createZone();
    const apiName = { zoneId: zone.zoneId, name: pulumi.interpolate`api.${zone.name}` };
    return { apiName, nameServers: zone.nameServers };
  }

  /** The zone is not delegated: to test a failover, ask its name servers directly. */
  private createZone(): aws.route53.Zone {
    const { config, retention } = this.args.platform;
    return new aws.route53.Zone(
      this.name,
      {
        name: `${config.env}.trading.internal`,
        comment: "Not delegated; ask the zone's own name servers",
        forceDestroy: retention.forceDestroy,
      },
      this.childIn(this.args.platform.home),
    );
  }

  private createHomeCheck(): aws.route53.HealthCheck {
    const { platform, apis } = this.args;
    return new aws.route53.HealthCheck(
      `${this.name}-home`,
      {
        type: "HTTPS",
        fqdn: apis.home.healthChecks.host,
        port: HTTPS_PORT,
        enableSni: true,
        // Home must be active under a higher epoch than this. 0 is below every epoch.
        resourcePath: `/${STAGE_NAME}/health?after=0`,
        requestInterval: platform.config.healthCheckIntervalSeconds,
        failureThreshold: HEALTH_CHECK_FAILURES,
        tags: this.nameTag("home"),
      },
      // After a failover the orchestrator raises the epoch in the path, permanently.
      { ...this.childIn(this.args.platform.home), ignoreChanges: ["resourcePath"] },
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
        // 200 means that the standby has taken over: home's record must not be used. A throttled
        // request gets 429, which leaves home in service as long as home's own check is healthy.
        invertHealthcheck: true,
        tags: this.nameTag("latch"),
      },
      this.childIn(this.args.platform.home),
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
      this.childIn(this.args.platform.home),
    );
  }

  /** Checks the standby from outside, because the standby's own alarms are lost with it. */
  private createStandbyCheck(): aws.route53.HealthCheck {
    const { platform, apis } = this.args;
    return new aws.route53.HealthCheck(
      `${this.name}-standby`,
      {
        type: "HTTPS",
        fqdn: apis.standby.healthChecks.host,
        port: HTTPS_PORT,
        enableSni: true,
        resourcePath: `/${STAGE_NAME}/health`,
        requestInterval: platform.config.healthCheckIntervalSeconds,
        failureThreshold: HEALTH_CHECK_FAILURES,
        tags: this.nameTag("standby"),
      },
      this.childIn(this.args.platform.home),
    );
  }

  private createRecords(apiName: ApiName, inService: aws.route53.HealthCheck): aws.route53.Record {
    const { home, standby } = this.args.platform;
    const primary = new aws.route53.Record(
      `${this.name}-${home.code}`,
      {
        ...apiName,
        ...this.target(home),
        setIdentifier: home.name,
        failoverRoutingPolicies: [{ type: "PRIMARY" }],
        healthCheckId: inService.id,
      },
      this.childIn(this.args.platform.home),
    );
    new aws.route53.Record(
      `${this.name}-${standby.code}`,
      {
        ...apiName,
        ...this.target(standby),
        setIdentifier: standby.name,
        failoverRoutingPolicies: [{ type: "SECONDARY" }],
      },
      this.childIn(this.args.platform.home),
    );
    return primary;
  }

  /** The target of the name in a region. The TTL of an alias is that of its target: 60 s. */
  private target(region: Region): Pick<aws.route53.RecordArgs, "records" | "aliases" | "ttl"> & {
    type: string;
  } {
    const { domain, apis } = this.args;
    if (!domain) {
      return { type: "CNAME", ttl: DNS_TTL_SECONDS, records: [apis[region.key].host] };
    }
    const { regionalDomainName, regionalZoneId } = domain.targets[region.key];
    // The health checks decide: API Gateway's own address resolves as long as API Gateway works.
    const alias = { name: regionalDomainName, zoneId: regionalZoneId, evaluateTargetHealth: false };
    return { type: "A", aliases: [alias] };
  }
}
