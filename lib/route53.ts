import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  DNS_TTL_SECONDS,
  HEALTH_CHECK_FAILURES,
  LATCH_FAILURES,
  LATCH_INTERVAL_SECONDS,
} from "../lambda/failover/budget";
import { type ApiGateway, STAGE_NAME } from "./apiGateway";
import type { Domain } from "./api/domain";
import { physicalName } from "./platform/naming";
import type { Pair, Platform, Region } from "./platform/platform";
import { PlatformComponent } from "./platform/component";

const HTTPS_PORT = 443;

export interface Route53Args {
  readonly platform: Platform;
  readonly apis: Pair<ApiGateway>;
  /**
   * The name clients use.
   * @default - `api.` in an undelegated zone of the environment's own
   */
  readonly domain?: Domain;
}

/** The zone that holds the API's name, and the name. */
interface ApiName {
  readonly zoneId: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
}

/**
 * The name that follows the active region, without any call to Route 53 during an outage: the
 * record of home leaves when home is sick (its check) or when the standby has taken over (the
 * latch), and does not come back by itself. Losing the standby leaves home in service: a latch that
 * cannot be reached is inverted to healthy. Where both look bad, Route 53 answers with the
 * secondary, because that record has no check.
 */
export class Route53 extends PlatformComponent<Route53Args> {
  /** The name clients use. */
  readonly apiDomain: pulumi.Output<string>;
  /** Whom to ask for it where it is delegated from nowhere; empty for a name that everyone finds. */
  readonly nameServers: pulumi.Output<string[]>;
  /** The check of home's endpoint: the one whose path the orchestrator re-points. */
  readonly homeCheck: aws.route53.HealthCheck;
  /** Tells people when the standby dies; no record depends on it. */
  readonly standbyCheck: aws.route53.HealthCheck;
  /** Whether the name leads to home. */
  readonly inServiceCheck: aws.route53.HealthCheck;

  constructor(name: string, args: Route53Args, opts?: pulumi.ComponentResourceOptions) {
    super("Route53", name, args, opts);
    this.homeCheck = this.createHomeCheck();
    this.inServiceCheck = this.createInService(this.homeCheck, this.createLatch());
    this.standbyCheck = this.createStandbyCheck();
    const { apiName, nameServers } = this.createName();
    const primary = this.createRecords(apiName, this.inServiceCheck);

    this.apiDomain = primary.fqdn;
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
      this.childIn(this.args.platform.home),
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
        // 200 says that the standby has taken over, and then home's record must not be used.
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

  /** The standby probed from outside of it: its own alarms die with it. */
  private createStandbyCheck(): aws.route53.HealthCheck {
    const { platform, apis } = this.args;
    return new aws.route53.HealthCheck(
      `${this.name}-standby`,
      {
        type: "HTTPS",
        fqdn: apis.standby.host,
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

  /** Where the name leads in a region. An alias lives as long as its target's TTL: 60 s. */
  private target(region: Region): Pick<aws.route53.RecordArgs, "records" | "aliases" | "ttl"> & {
    type: string;
  } {
    const { domain, apis } = this.args;
    if (!domain) {
      return { type: "CNAME", ttl: DNS_TTL_SECONDS, records: [apis[region.key].host] };
    }
    const { regionalDomainName, regionalZoneId } = domain.targets[region.key];
    // Its health is ours to say: the address of an API answers as long as API Gateway does.
    const alias = { name: regionalDomainName, zoneId: regionalZoneId, evaluateTargetHealth: false };
    return { type: "A", aliases: [alias] };
  }
}
