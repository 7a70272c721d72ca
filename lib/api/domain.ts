import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { VALIDATION_TTL_SECONDS } from "../platform/tunables";
import type { ApiGateway } from "../apiGateway";
import { STAGE_NAME } from "./stage";
import { domainTls } from "./tls";
import type { Pair, Platform, Region } from "../platform/platform";
import { PlatformComponent } from "../platform/component";

export interface DomainArgs {
  readonly platform: Platform;
  readonly apis: Pair<ApiGateway>;
  /** The name clients use; the same in both regions. */
  readonly domainName: string;
  /** The public zone that holds it. */
  readonly hostedZoneId: string;
}

/**
 * A name that the APIs of both regions serve over TLS. Each region has its own certificate and does
 * not need the other region. Paths begin with the stage, as on the API's own address, so a client
 * changes only the host.
 */
export class Domain extends PlatformComponent<DomainArgs> {
  readonly domainName: string;
  readonly hostedZoneId: string;
  /** The target of the name in each region. */
  readonly targets: Pair<aws.apigateway.DomainName>;

  constructor(name: string, args: DomainArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Domain", name, args, opts);
    const { platform } = args;
    const certificates = platform.inBoth((region) => this.createCertificate(region));
    const record = this.createValidationRecord(certificates.home);
    this.targets = platform.inBoth((region) => {
      const validation = this.createValidation(region, certificates[region.key], record);
      return this.createDomainName(region, validation);
    });

    this.domainName = args.domainName;
    this.hostedZoneId = args.hostedZoneId;
    this.registerOutputs({ domainName: this.domainName });
  }

  private createCertificate(region: Region): aws.acm.Certificate {
    return new aws.acm.Certificate(
      `${this.name}-${region.code}`,
      { domainName: this.args.domainName, validationMethod: "DNS" },
      this.childIn(region),
    );
  }

  /**
   * One record for both certificates: the validation record of a domain is the same in all regions
   * of an account (ACM User Guide, "DNS validation"). It stays, because renewals need it. It also
   * stays when the stack is destroyed, because other certificates of this name may use it.
   */
  private createValidationRecord(certificate: aws.acm.Certificate): aws.route53.Record {
    const { platform, hostedZoneId } = this.args;
    const option = certificate.domainValidationOptions[0]!;
    return new aws.route53.Record(
      `${this.name}-validation`,
      {
        zoneId: hostedZoneId,
        name: option.resourceRecordName,
        type: option.resourceRecordType,
        records: [option.resourceRecordValue],
        ttl: VALIDATION_TTL_SECONDS,
        // Another certificate of this name, or an earlier stack, may have created the same record.
        allowOverwrite: true,
      },
      { ...this.childIn(platform.home), retainOnDelete: true },
    );
  }

  private createValidation(
    region: Region,
    certificate: aws.acm.Certificate,
    record: aws.route53.Record,
  ): aws.acm.CertificateValidation {
    return new aws.acm.CertificateValidation(
      `${this.name}-${region.code}`,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      this.childIn(region),
    );
  }

  private createDomainName(
    region: Region,
    validation: aws.acm.CertificateValidation,
  ): aws.apigateway.DomainName {
    const api = this.args.apis[region.key];
    const domain = new aws.apigateway.DomainName(
      `${this.name}-${region.code}`,
      {
        domainName: this.args.domainName,
        regionalCertificateArn: validation.certificateArn,
        endpointConfiguration: { types: "REGIONAL" },
        ...domainTls[this.args.platform.config.retention],
      },
      this.childIn(region),
    );
    new aws.apigateway.BasePathMapping(
      `${this.name}-${region.code}`,
      {
        domainName: domain.domainName,
        restApi: api.api.id,
        stageName: api.stage.stageName,
        basePath: STAGE_NAME,
      },
      this.childIn(region),
    );
    return domain;
  }
}
