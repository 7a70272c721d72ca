// Data sources of the stand-in for AWS: those that the program reads.
import { ACCOUNT } from "./attributes.mjs";

/** Number of zones. AWS assigns the names to the ids anew in every account. */
const ZONES = { "us-east-1": 6, "us-west-1": 2, "us-west-2": 4 };
const ZONES_ELSEWHERE = 3;

/** us-east-1 becomes use1, ap-northeast-1 becomes apne1: the beginning of a zone's id. */
const prefixOf = (region) =>
  region.replace(/(n)orth|(s)outh|(e)ast|(w)est|(c)entral/g, "$1$2$3$4$5").replaceAll("-", "");

function availabilityZones({ excludeNames = [], excludeZoneIds = [], ...args }, region) {
  const zones = [..."abcdef"]
    .slice(0, ZONES[region] ?? ZONES_ELSEWHERE)
    .map((letter, index) => ({ name: region + letter, id: `${prefixOf(region)}-az${index + 1}` }))
    .filter(({ name, id }) => !excludeNames.includes(name) && !excludeZoneIds.includes(id));
  return {
    ...args,
    excludeNames,
    excludeZoneIds,
    id: region,
    region,
    groupNames: [region],
    names: zones.map(({ name }) => name),
    zoneIds: zones.map(({ id }) => id),
  };
}

const callerIdentity = () => ({
  id: ACCOUNT,
  accountId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/stand-in`,
  userId: "AIDASTANDIN",
});

const sources = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": availabilityZones,
  "aws:index/getCallerIdentity:getCallerIdentity": callerIdentity,
};

export function invoke(token, args, region) {
  const source = sources[token];
  if (source) return source(args, region);
  throw new Error(
    `${token} is not in the stand-in: add it to scripts/engine/providers/dataSources.mjs`,
  );
}
