import { DescribeCertificateCommand, ListCertificatesCommand } from "@aws-sdk/client-acm";
import { sleep } from "../../../lambda/runtime/clock";
import type { Check } from "../check";
import type { Deployment } from "../deployment";
import { send } from "../orchestrator";
import type { Tools } from "../tools";

const CERTIFICATE_DAYS_MIN = 14;
const DAY_MS = 86_400_000;

const TRIES_MAX = 3;
const RETRY_MS = 1_000;

/** The status of an answer. 429 and 5xx are retried, as clients do: one alone says nothing. */
async function statusOf({ clock, http }: Tools, url: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    const { status } = await http({ method: "GET", url });
    if ((status !== 429 && status < 500) || tries === TRIES_MAX) return status;
    await sleep(clock, RETRY_MS);
  }
}

/** Would clients reach the standby, and would it take over by itself? */
export function routingChecks(tools: Tools, deployment: Deployment): Check[] {
  const { standby } = deployment.regions;
  return [
    {
      name: "the standby's API answers",
      todo: "read the log group of health in the standby's region",
      find: async () => {
        const status = await statusOf(tools, `${standby.apiUrl}/health`);
        return { isFine: status === 200, found: `/health answers ${status}` };
      },
    },
    {
      name: "the latch is open: DNS stays with home",
      todo: "it is shut while the standby is active, and then a failback opens it",
      find: async () => {
        const status = await statusOf(tools, `${standby.apiUrl}/failover-latch`);
        return { isFine: status === 404, found: `/failover-latch answers ${status}` };
      },
    },
    {
      name: "automatic failover is armed",
      todo: "`dr arm`; home must be active and have settled orders for five minutes",
      find: async () => {
        const { control } = await send(tools, [standby], { action: "status" });
        if (typeof control === "string")
          return { isFine: false, found: `the control item is ${control}` };
        const { active, disarmedUntilMs } = control;
        const isDisarmed = disarmedUntilMs > tools.clock.nowMs();
        const until = new Date(disarmedUntilMs).toISOString();
        return {
          isFine: active === deployment.regions.home.name && !isDisarmed,
          found: `${active ?? "no region"} is active, ${isDisarmed ? `disarmed until ${until}` : "not disarmed"}`,
        };
      },
    },
    ...(deployment.hasDomain ? [certificateCheck(tools, deployment)] : []),
  ];
}

function certificateCheck({ aws, clock }: Tools, { apiDomain, regions }: Deployment): Check {
  const region = regions.standby.name;
  return {
    name: `the standby's certificate of ${apiDomain} is valid for ${CERTIFICATE_DAYS_MIN} days`,
    todo: "ACM renews it as long as the validation record is in the zone; see the ACM console",
    find: async () => {
      const acm = aws.acm(region);
      const { CertificateSummaryList = [] } = await acm.send(new ListCertificatesCommand({}));
      const own = CertificateSummaryList.find(({ DomainName }) => DomainName === apiDomain);
      if (own === undefined) return { isFine: false, found: "there is none" };
      const { Certificate } = await acm.send(
        new DescribeCertificateCommand({ CertificateArn: own.CertificateArn }),
      );
      const { Status = "unknown", NotAfter } = Certificate ?? {};
      const days = ((NotAfter?.getTime() ?? 0) - clock.nowMs()) / DAY_MS;
      const isFine = Status === "ISSUED" && days >= CERTIFICATE_DAYS_MIN;
      return { isFine, found: `${Status}, ${Math.floor(days)} days left` };
    },
  };
}
