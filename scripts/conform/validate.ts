import type { Capture } from "./captures";
import { type Converted, type Part, convert } from "./convert/convert";
import { type Finding, Report } from "./findings";
import { type Fault, faults, plant } from "./planted";
import { type PythonEnvironment, type PythonFinding } from "./python";
import { checkAlarms } from "./validators/alarms";
import { checkDashboards } from "./validators/dashboards";
import { checkPolicies } from "./validators/iam";
import { checkLimits } from "./validators/limits";
import { checkContracts, contractsOf } from "./validators/openApi";
import { ServiceModels } from "./validators/serviceModels";

/** A capture, or a capture with a fault in it, ready for the validators. */
interface Subject {
  readonly name: string;
  readonly converted: Converted;
  readonly fault?: Fault;
}

export interface Validated {
  /** What each validator checked and found in the captures. */
  readonly reports: readonly Report[];
  /** Planted faults that their validator did not find. */
  readonly missed: readonly Fault[];
  readonly caught: number;
}

export interface Environments {
  readonly linters: PythonEnvironment;
  readonly checkov: PythonEnvironment;
}

type Validator = (converted: Converted, report: Report) => void | Promise<void>;

function checkConversion({ requests, unknown }: Converted, report: Report): void {
  report.checks += requests.length;
  for (const { type, name } of unknown) {
    report.find("type", name, `${type} needs a conversion in scripts/conform/convert`);
  }
}

function validatorsOf(environments: Environments | undefined): Record<string, Validator> {
  const data = environments?.linters.packageFolder("botocore/data");
  const models = data === undefined ? undefined : new ServiceModels(data);
  return {
    conversion: checkConversion,
    ...(models && {
      "service models": ({ requests }, report) => models.check(requests, report),
    }),
    iam: ({ policies }, report) => checkPolicies(policies, report),
    "api gateway": ({ requests }, report) => checkContracts(requests, report),
    alarms: ({ requests }, report) => checkAlarms(requests, report),
    dashboards: ({ requests }, report) => checkDashboards(requests, report),
    limits: ({ requests }, report) => checkLimits(requests, report),
  };
}

/** The resource that a part of a Python validator's input stands for. */
interface Origin {
  readonly subject: Subject;
  readonly resourceOf: (finding: PythonFinding) => string;
}

/** Everything that Python validates, and where it came from. */
class PythonInput {
  readonly templates: Record<string, { region: string; body: unknown }> = {};
  readonly policies: Record<string, { kind: string; document: unknown }> = {};
  readonly contracts: Record<string, unknown> = {};
  private readonly origins = new Map<string, Origin>();

  origin(finding: PythonFinding): Origin {
    return this.origins.get(finding.subject)!;
  }

  addCapture(subject: Subject): void {
    const { parts } = subject.converted;
    for (const region of new Set([...parts.values()].map((part) => part.region))) {
      this.addTemplate(subject, region, parts);
    }
    this.addPolicies(subject, () => true);
    this.addContracts(subject, () => true);
  }

  /** Of a fault, only what it changed and its validator reads. */
  addFault(subject: Subject, base: Converted): void {
    const { converted, fault } = subject;
    if (fault?.validator === "parliament") {
      const known = new Set(base.policies.map(({ document }) => document));
      this.addPolicies(subject, (document) => !known.has(document));
    } else if (fault?.validator === "openapi-spec-validator") {
      const known = contractsOf(base.requests);
      const textOfKnown = (name: string) => JSON.stringify(known.get(name));
      this.addContracts(subject, (name, body) => textOfKnown(name) !== JSON.stringify(body));
    } else {
      const isNew = ([id, { body }]: [string, Part]) =>
        JSON.stringify(body) !== JSON.stringify(base.parts.get(id)?.body);
      const changed = new Map([...converted.parts].filter(isNew));
      for (const region of new Set([...changed.values()].map((part) => part.region))) {
        this.addTemplate(subject, region, changed);
      }
    }
  }

  private addTemplate(subject: Subject, region: string, parts: ReadonlyMap<string, Part>): void {
    const ofRegion = [...parts].filter(([, part]) => part.region === region);
    const resources = Object.fromEntries(ofRegion.map(([id, part]) => [id, part.body]));
    const name = `${subject.name}, template of ${region}`;
    this.templates[name] = { region, body: { Resources: resources } };
    const resourceOf = ({ at }: PythonFinding) => parts.get(String(at[1]))?.resource ?? "template";
    this.origins.set(name, { subject, resourceOf });
  }

  private addPolicies(subject: Subject, isWanted: (document: string) => boolean): void {
    subject.converted.policies.forEach(({ kind, document, resource }, index) => {
      // parliament does not read trust policies: they have no resource.
      if (kind === "trust" || !isWanted(document)) return;
      const name = `${subject.name}, policy ${index}`;
      this.policies[name] = { kind, document: JSON.parse(document) as unknown };
      this.origins.set(name, { subject, resourceOf: () => resource });
    });
  }

  private addContracts(subject: Subject, isWanted: (name: string, body: unknown) => boolean): void {
    for (const [resource, body] of contractsOf(subject.converted.requests)) {
      if (!isWanted(resource, body)) continue;
      const name = `${subject.name}, contract of ${resource}`;
      this.contracts[name] = body;
      this.origins.set(name, { subject, resourceOf: () => resource });
    }
  }
}

type FindingsBySubject = Map<string, Finding[]>;

async function runPython(
  captures: readonly Subject[],
  planted: readonly Subject[],
  base: Converted,
  { linters, checkov }: Environments,
  reports: Map<string, Report>,
): Promise<FindingsBySubject> {
  const input = new PythonInput();
  captures.forEach((subject) => input.addCapture(subject));
  planted.forEach((subject) => input.addFault(subject, base));
  const { templates, policies, contracts } = input;
  const bodies = Object.fromEntries(
    Object.entries(templates).map(([name, { body }]) => [name, body]),
  );
  const found = await Promise.all([
    linters.findings("lint.py", { templates, policies, contracts }),
    checkov.findings("checkovScan.py", bodies),
  ]);
  const resources = captures.reduce((sum, { converted }) => sum + converted.parts.size, 0);
  const counts = { "cfn-lint": resources, checkov: resources };
  const all = { ...counts, parliament: policies, "openapi-spec-validator": contracts };
  for (const [validator, checked] of Object.entries(all)) {
    const report = new Report(validator);
    report.checks = typeof checked === "number" ? checked : Object.keys(checked).length;
    reports.set(validator, report);
  }
  const bySubject: FindingsBySubject = new Map();
  for (const finding of found.flat()) {
    const { subject, resourceOf } = input.origin(finding);
    const { validator, rule, at, message } = finding;
    const where = at.slice(2).join(".");
    const full = where === "" ? message : `${where}: ${message}`;
    const list = bySubject.get(subject.name) ?? [];
    const of = { capture: subject.name, resource: resourceOf(finding) };
    list.push({ validator, rule, ...of, message: full });
    bySubject.set(subject.name, list);
    if (!subject.fault) reports.get(validator)!.findings.push(list.at(-1)!);
  }
  return bySubject;
}

const textOf = ({ validator, rule, resource, message }: Finding) =>
  [validator, rule, resource, message].join("|");

/** Runs every validator over the captures, and each planted fault through its own validator. */
export async function validate(
  captures: readonly Capture[],
  environments: Environments | undefined,
): Promise<Validated> {
  const subjects = captures.map(({ name, resources }) => ({ name, converted: convert(resources) }));
  const fertile = captures.find(({ name }) => name.startsWith("durable"))!;
  const base = subjects.find(({ name }) => name === fertile.name)!;
  const validators = validatorsOf(environments);
  const wanted = faults.filter(({ validator }) => environments || validator in validators);
  const planted = wanted.map((fault, index) => ({
    name: `fault ${index}`,
    converted: convert(plant(fertile.resources, fault)),
    fault,
  }));
  const reports = new Map(Object.keys(validators).map((name) => [name, new Report(name)]));
  const ofPython = planted.filter(({ fault }) => !(fault.validator in validators));
  const python = environments
    ? runPython(subjects, ofPython, base.converted, environments, reports)
    : Promise.resolve<FindingsBySubject>(new Map());

  const known = new Set<string>();
  for (const [name, check] of Object.entries(validators)) {
    const report = reports.get(name)!;
    for (const subject of subjects) {
      report.capture = subject.name;
      await check(subject.converted, report);
    }
  }
  const pythonFindings = await python;
  for (const { findings } of reports.values()) findings.forEach((each) => known.add(textOf(each)));

  const missed: Fault[] = [];
  for (const { name, converted, fault } of planted) {
    const report = new Report(fault.validator);
    await validators[fault.validator]?.(converted, report);
    const found = [...report.findings, ...(pythonFindings.get(name) ?? [])];
    const isCaught = found.some(
      (each) =>
        each.validator === fault.validator && each.rule === fault.rule && !known.has(textOf(each)),
    );
    if (!isCaught) missed.push(fault);
  }
  return { reports: [...reports.values()], missed, caught: planted.length - missed.length };
}
