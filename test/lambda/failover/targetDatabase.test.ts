import type { Clock } from "../../../lambda/runtime/clock";
import { type TargetDatabaseRuntime, observeTarget } from "../../../lambda/failover/targetDatabase";
import { OBSERVE_TIMEOUT_MS } from "../../../lambda/runtime/tunables";
import { STANDBY, clusterArn, environment } from "../../helpers/fakeEnvironment";
import { noLog } from "../../helpers/logs";

/** What RDS says of the standby's cluster. */
interface Described {
  status?: string | undefined;
  instances?: readonly string[];
  isMember?: boolean;
}

function runtime(
  answer: (command: string) => unknown,
  timer: Clock["timer"] = () => () => {},
): TargetDatabaseRuntime {
  const send = (command: object): Promise<unknown> => {
    const name = command.constructor.name;
    return new Promise((resolve) => resolve(answer(name)));
  };
  return {
    env: environment(STANDBY),
    clock: { nowMs: () => 0, timer },
    rds: () => ({ send }),
  };
}

const described =
  ({ status = "available", instances = ["available"], isMember = true }: Described) =>
  (command: string): unknown => {
    switch (command) {
      case "DescribeGlobalClustersCommand": {
        const member = { DBClusterArn: clusterArn(STANDBY), IsWriter: false };
        return { GlobalClusters: [{ GlobalClusterMembers: isMember ? [member] : [] }] };
      }
      case "DescribeDBClustersCommand":
        return { DBClusters: [{ Status: status }] };
      default:
        return { DBInstances: instances.map((one) => ({ DBInstanceStatus: one })) };
    }
  };

test.each<[Described, boolean]>([
  [{}, true],
  [{ status: "backing-up" }, true],
  [{ instances: ["backing-up"] }, true],
  [{ instances: ["failed", "available"] }, true],
  [{ status: "maintenance" }, false],
  [{ status: "promoting" }, false],
  [{ instances: ["failed", "rebooting"] }, false],
  [{ instances: [] }, false],
  [{ isMember: false }, false],
])("a standby that RDS describes as %j is ready: %s", async (says, isReady) => {
  expect(await observeTarget(runtime(described(says)), STANDBY, true, noLog)).toEqual({
    isWriter: false,
    isPromoting: false,
    isReady,
  });
});

it("is unknown if a call to RDS fails or there is no global cluster", async () => {
  for (const refused of ["GlobalClusters", "DBClusters", "DBInstances"]) {
    const answer = (command: string): unknown => {
      if (command === `Describe${refused}Command`) throw new Error("Throttling");
      return described({})(command);
    };
    expect(await observeTarget(runtime(answer), STANDBY, true, noLog)).toBe("unknown");
  }
  const none = (command: string): unknown =>
    command === "DescribeGlobalClustersCommand" ? {} : described({})(command);
  expect(await observeTarget(runtime(none), STANDBY, true, noLog)).toBe("unknown");
});

it("describes only the global cluster if the readiness is not needed", async () => {
  const asked: string[] = [];
  const answer = (command: string): unknown => {
    asked.push(command);
    return described({ instances: [] })(command);
  };
  expect(await observeTarget(runtime(answer), STANDBY, false, noLog)).toEqual({
    isWriter: false,
    isPromoting: false,
    isReady: null,
  });
  expect(asked).toEqual(["DescribeGlobalClustersCommand"]);
});

it("is unknown if RDS does not answer in time", async () => {
  const never = (): Promise<never> => new Promise(() => {});
  const delays: number[] = [];
  const fires: Clock["timer"] = (delayMs, fire) => {
    delays.push(delayMs);
    fire();
    return () => {};
  };
  expect(await observeTarget(runtime(never, fires), STANDBY, true, noLog)).toBe("unknown");
  expect(delays).toEqual([OBSERVE_TIMEOUT_MS]);
});
