import type { HttpRequest } from "../shipped";
import type { AssumptionName } from "../assumptions";
import type { HealthCheckDescription, RecordDescription } from "../description/dns";
import { fixedAssumptions, toMs } from "../fixedAssumptions";
import type { ApiGateways } from "./apiGateway";
import type { Base } from "./base";
import { serviceError } from "../../support/aws/errors";
import { INTERNET } from "./network";
import { type Input, type Reply, type Service, actionOf } from "./awsService";

const CHECKERS_PER_CHECK = fixedAssumptions.checkersPerCheck.value;
const HEALTHY_CHECKER_SHARE = fixedAssumptions.healthyCheckerShare.value;
const CHECKER_PATIENCE_MS = toMs(fixedAssumptions.checkerPatienceSeconds.value);

const updatable = new Set(["HealthCheckId", "ResourcePath", "Disabled"]);

interface Checker {
  isHealthy: boolean;
  /** Number of consecutive results that contradict the current state. */
  against: number;
}

interface CheckState {
  description: HealthCheckDescription;
  /** The path set by the last UpdateHealthCheck; undefined while the program's own path applies. */
  updatedPath: string | undefined;
  /** The request that checkers send. */
  request: HttpRequest;
  checkers: Checker[];
  /**
   * The data plane's view: a disabled check is not evaluated and counts as healthy before
   * inversion.
   */
  isDisabled: boolean;
  /** The value that the last UpdateHealthCheck requested. */
  isToBeDisabled: boolean;
  /** The data plane's view, after inversion. */
  isHealthy: boolean;
  /** The latest state, possibly still on its way to the data plane. */
  announced: boolean;
}

/** The state of each check, by ID, in addition to its declaration. */
export type ChecksKnown = ReadonlyMap<
  string,
  Pick<CheckState, "updatedPath" | "isDisabled" | "isHealthy">
>;

/** Health checks from many places, and the DNS answers that depend on them. */
export class Route53 implements Service {
  readonly name = "route53";
  /** The control plane is down. The data plane, which answers queries, is separate. */
  isControlPlaneDown = false;
  private readonly checks = new Map<string, CheckState>();
  private readonly answers = new Map<string, string>();

  constructor(
    private readonly base: Base,
    private readonly apis: Pick<ApiGateways, "request">,
    known?: ChecksKnown,
  ) {
    for (const description of base.program.healthChecks) {
      const { endpoint, id, isInverted } = description;
      const {
        updatedPath,
        isDisabled = description.isDisabled,
        isHealthy = true,
      } = known?.get(id) ?? {};
      this.checks.set(id, {
        description,
        updatedPath,
        request: requestOf(description, updatedPath ?? endpoint?.path),
        checkers: endpoint === undefined ? [] : newCheckers(isHealthy !== isInverted),
        isDisabled,
        isToBeDisabled: isDisabled,
        isHealthy,
        announced: isHealthy,
      });
    }
    for (const check of this.checks.values()) this.startCheckers(check);
    if (known === undefined) return;
    for (const { name } of base.program.records) this.answers.set(name, this.resolve(name).host);
  }

  latency(): AssumptionName {
    return "route53CallMs";
  }

  permission(_region: string, command: string, input: Input): readonly [string, string] {
    const action = actionOf("route53", command);
    return [action, `arn:aws:route53:::healthcheck/${String(input["HealthCheckId"])}`];
  }

  handle(_region: string, command: string, input: Input, reply: Reply): void {
    if (command !== "UpdateHealthCheckCommand") throw new Error(`${command} is not modelled`);
    if (this.isControlPlaneDown) {
      return reply.fail(serviceError("ServiceUnavailable", "Route 53's control plane is down"));
    }
    const check = this.checks.get(String(input["HealthCheckId"]));
    if (check === undefined) {
      return reply.fail(serviceError("NoSuchHealthCheck", String(input["HealthCheckId"])));
    }
    for (const name of Object.keys(input)) {
      if (!updatable.has(name)) throw new Error(`${command} of ${name} is not modelled`);
    }
    // Properties that are not given stay unchanged.
    const path = input["ResourcePath"];
    if (typeof path === "string") {
      check.updatedPath = path;
      check.request = requestOf(check.description, path);
    }
    if (typeof input["Disabled"] === "boolean") this.disable(check, input["Disabled"]);
    reply.ok({ HealthCheck: { Id: check.description.id } });
  }

  /** The state from which another world may begin. */
  known(): ChecksKnown {
    return new Map(
      [...this.checks].map(([id, { updatedPath, isDisabled, isHealthy }]) => [
        id,
        { updatedPath, isDisabled, isHealthy },
      ]),
    );
  }

  /** The host that a name resolves to now, and how long a resolver may cache the answer. */
  resolve(name: string): { host: string; ttlMs: number } {
    const records = this.base.program.records.filter((record) => record.name === name);
    const record = this.chosen(records);
    const host = record?.values[0];
    if (record === undefined || host === undefined) throw new Error(`no record answers ${name}`);
    return { host, ttlMs: record.ttlMs };
  }

  isHealthy(checkId: string): boolean {
    const check = this.checks.get(checkId);
    if (check === undefined) throw new Error(`no health check ${checkId}`);
    const { calculated, isInverted } = check.description;
    if (check.isDisabled) return !isInverted;
    if (calculated === undefined) return check.isHealthy;
    const healthy = calculated.children.filter((child) => this.isHealthy(child)).length;
    return healthy >= calculated.healthyNeeded !== isInverted;
  }

  /**
   * The data plane learns of a change some seconds later. After two changes, the last one counts.
   */
  private disable(check: CheckState, isDisabled: boolean): void {
    check.isToBeDisabled = isDisabled;
    this.base.simulation.after(this.base.draw("checkPropagationSeconds") * 1000, () => {
      if (check.isToBeDisabled !== isDisabled || check.isDisabled === isDisabled) return;
      check.isDisabled = isDisabled;
      this.tellAnswers();
    });
  }

  /** Failover routing: PRIMARY while it is healthy, and also if no record is healthy. */
  private chosen(records: readonly RecordDescription[]): RecordDescription | undefined {
    const isUp = (record: RecordDescription): boolean =>
      record.healthCheckId === undefined || this.isHealthy(record.healthCheckId);
    const primary = records.find((record) => record.failover === "PRIMARY");
    const secondary = records.find((record) => record.failover === "SECONDARY");
    if (primary === undefined) return secondary ?? records[0];
    return isUp(primary) || secondary === undefined || !isUp(secondary) ? primary : secondary;
  }

  private startCheckers(check: CheckState): void {
    const { endpoint } = check.description;
    if (endpoint === undefined) return;
    for (const checker of check.checkers) {
      const phaseMs = this.base.draw("checkerPhaseShare") * endpoint.intervalMs;
      this.base.every(phaseMs, endpoint.intervalMs, () => this.look(check, checker));
    }
  }

  private look(check: CheckState, checker: Checker): void {
    if (check.isDisabled) return;
    let isDone = false;
    const judge = (isGood: boolean): void => {
      if (isDone) return;
      isDone = true;
      giveUp();
      this.judge(check, checker, isGood);
    };
    const giveUp = this.base.simulation.after(CHECKER_PATIENCE_MS, () => judge(false));
    this.apis.request(INTERNET, check.request, ({ status }) =>
      judge(status >= 200 && status < 400),
    );
  }

  private judge(check: CheckState, checker: Checker, isGood: boolean): void {
    if (isGood === checker.isHealthy) {
      checker.against = 0;
      return;
    }
    if (++checker.against < check.description.endpoint!.failures) return;
    checker.isHealthy = isGood;
    checker.against = 0;
    const healthy = check.checkers.filter((each) => each.isHealthy).length;
    const isUp = healthy / check.checkers.length > HEALTHY_CHECKER_SHARE;
    this.announce(check, isUp !== check.description.isInverted);
  }

  /**
   * The data plane learns of a change some seconds later. After two changes, the last one counts.
   */
  private announce(check: CheckState, isHealthy: boolean): void {
    if (check.announced === isHealthy) return;
    check.announced = isHealthy;
    this.base.simulation.after(this.base.draw("checkPropagationSeconds") * 1000, () => {
      if (check.announced !== isHealthy || check.isHealthy === isHealthy) return;
      check.isHealthy = isHealthy;
      this.base.happened({ kind: "health check", id: check.description.id, isHealthy });
      this.tellAnswers();
    });
  }

  private tellAnswers(): void {
    for (const { name } of this.base.program.records) {
      const { host } = this.resolve(name);
      if (this.answers.get(name) === host) continue;
      this.answers.set(name, host);
      this.base.happened({ kind: "dns", name, host });
    }
  }
}

function requestOf({ endpoint }: HealthCheckDescription, path = "/"): HttpRequest {
  return { method: "GET", url: `https://${endpoint?.host}${path}` };
}

function newCheckers(isHealthy: boolean): Checker[] {
  return Array.from({ length: CHECKERS_PER_CHECK }, () => ({ isHealthy, against: 0 }));
}
