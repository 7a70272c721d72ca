import type * as pulumi from "@pulumi/pulumi";
import {
  CONTROL_KEY,
  PROBES_KEY,
  aliveKey,
  orderKey,
  progressKey,
} from "../../lambda/runtime/ledgerKeys";
import type { ApiGateway } from "../apiGateway";
import type { Aurora } from "../aurora";
import type { Dynamodb } from "../dynamodb";
import type { RegionalFunctions } from "../lambda";
import type { Queues } from "../messaging/queues";
import type { RegionalArgs } from "../platform/component";
import type { Pair, Platform } from "../platform/platform";
import type { Route53 } from "../route53";
import type { Tokens } from "../secrets/tokens";
import type { Sns } from "../sns";
import { PROBING_THREADS } from "../platform/tunables";
import { type Link, ledgerLink, metricsLink, canaryKeysLink, workIndexLink } from "./link";

/** What detection and failing over touch. */
export interface FailoverTargets {
  readonly platform: Platform;
  readonly dynamodb: Dynamodb;
  readonly aurora: Aurora;
  readonly route53: Route53;
  readonly queues: Pair<Queues>;
  readonly functions: Pair<RegionalFunctions>;
  readonly apis: Pair<ApiGateway>;
  readonly topics: Pair<Sns>;
  readonly tokens: Tokens;
}

export type FailoverScope = FailoverTargets & RegionalArgs & { readonly parent: pulumi.Resource };

/**
 * What probing needs: sentinel and orchestrator both probe.
 * @param ownKeys of the items that the function alone writes.
 */
export function probingLinks(scope: FailoverScope, ...ownKeys: readonly string[]): Link[] {
  const { platform, region, dynamodb, apis, tokens } = scope;
  return [
    ledgerLink(scope, {
      GetItem: [
        ...new Set([
          CONTROL_KEY,
          PROBES_KEY,
          aliveKey(platform.home.name),
          progressKey("*"),
          ...ownKeys,
        ]),
      ],
      BatchGetItem: [orderKey("*")],
      PutItem: ownKeys,
    }),
    workIndexLink(dynamodb, region),
    metricsLink,
    canaryKeysLink(tokens, region),
    {
      environment: {
        HOME_API_URL: apis.home.stage.invokeUrl,
        STANDBY_API_URL: apis.standby.stage.invokeUrl,
        UV_THREADPOOL_SIZE: String(PROBING_THREADS),
      },
    },
  ];
}
