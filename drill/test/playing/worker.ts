/** The worker thread of tests: the drill's own functions, and outages that only tests play. */
import { designNamed, resources } from "../../runner/opened";
import { OURS } from "../../runner/options";
import { type Drawn, type Pair, playPair } from "./armedPair";
import { type Answer, type Request, playRequest } from "./edited";
import { type Away, type Healthy, playDatabaseAway, playHealthy, playRings } from "./rings";
import { type TakenOver, playTakenOver } from "./takenOver";

export { glanceAt, huntFor, playOutage } from "../../runner/worker";

/** An outage of the program with edited resources. */
export function edited(request: Request): Promise<Answer> {
  const { platform } = designNamed(request.mutation ?? OURS);
  return playRequest(resources, platform, request);
}

/** An outage that starts with the deployment, and the same from an armed platform. */
export function pair(drawn: Drawn): Promise<Pair> {
  return playPair(designNamed(OURS).platform, drawn);
}

/** Hours without a fault. */
export function healthy(hours: number): Promise<Healthy> {
  return playHealthy(designNamed(OURS).platform, hours);
}

/** The alarms that go off in an outage. */
export function rings(drawn: Drawn): Promise<readonly string[]> {
  return playRings(designNamed(OURS).platform, drawn);
}

/** The alarms that go off while a region's database is away. */
export function databaseAway(away: Away): Promise<readonly string[]> {
  return playDatabaseAway(designNamed(OURS).platform, away);
}

/** What a takeover leaves behind when it is played in full, and when an outage starts after it. */
export function takenOver(): Promise<readonly [played: TakenOver, snapshot: TakenOver]> {
  return playTakenOver(designNamed(OURS).platform);
}
