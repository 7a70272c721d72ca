import type { AssumptionName } from "../assumptions";
import type { SubscriptionDescription, TopicDescription } from "../description/messaging";
import { type CallContext, allows } from "../description/policy";
import { fixedAssumptions, toMs } from "../fixedAssumptions";
import type { Base } from "./base";
import { notification } from "../../support/aws/alarmEvents";
import { serviceError } from "../../support/aws/errors";
import type { Lambda } from "./lambda";
import type { Input, Reply, Service } from "./awsService";

interface Published {
  subject: string;
  message: string;
}

const DELIVERY_TRIES = fixedAssumptions.snsDeliveryTries.value;
const DELIVERY_WAIT_MS = toMs(fixedAssumptions.snsDeliveryWaitSeconds.value);

/** Topics: who may publish to them, and their subscribers, also in other regions. */
export class Sns implements Service {
  readonly name = "sns";
  private readonly topics = new Map<string, TopicDescription>();

  constructor(
    private readonly base: Base,
    private readonly lambda: Lambda,
  ) {
    for (const topic of base.program.topics) this.topics.set(topic.arn, topic);
  }

  latency(): AssumptionName {
    return "snsCallMs";
  }

  permission(_region: string, _command: string, input: Input): readonly [string, string] {
    return ["sns:Publish", String(input["TopicArn"])];
  }

  handle(region: string, command: string, input: Input, reply: Reply): void {
    if (command !== "PublishCommand") throw new Error(`${command} is not modelled`);
    const topic = this.topics.get(String(input["TopicArn"]));
    if (topic === undefined || topic.region !== region) {
      return reply.fail(serviceError("NotFoundException", "Topic does not exist"));
    }
    this.deliver(topic, {
      subject: (input["Subject"] ?? "") as string,
      message: String(input["Message"]),
    });
    reply.ok({ MessageId: "published" });
  }

  /** Publishes on behalf of an AWS service, if the topic's own policy allows it. */
  publishFor(principal: string, context: CallContext, topicArn: string, message: string): void {
    const topic = this.topics.get(topicArn);
    if (topic === undefined || this.base.network.isLost(topic.region)) return;
    const statements = topic.policy.filter(({ principals }) =>
      principals.some((each) => each === principal || each === "*"),
    );
    if (!allows(statements, "sns:Publish", topicArn, context)) {
      const { region } = topic;
      const action = `sns:Publish by ${principal}`;
      this.base.happened({ kind: "denied", functionName: "", region, action, resource: topicArn });
      return;
    }
    this.deliver(topic, { subject: "", message });
  }

  private deliver(topic: TopicDescription, published: Published): void {
    const { subject, message } = published;
    this.base.happened({ kind: "published", topicArn: topic.arn, subject, message });
    for (const subscription of topic.subscriptions) {
      if (subscription.protocol !== "lambda") continue;
      this.base.afterDraw("snsDeliveryMs", () => this.attempt(topic, subscription, published, 1));
    }
  }

  private attempt(
    topic: TopicDescription,
    subscription: SubscriptionDescription,
    published: Published,
    attempts: number,
  ): void {
    const { endpoint } = subscription;
    const to = endpoint.split(":")[3]!;
    if (!this.base.network.converses(topic.region, to)) {
      if (attempts >= DELIVERY_TRIES) return;
      this.base.simulation.after(DELIVERY_WAIT_MS, () =>
        this.attempt(topic, subscription, published, attempts + 1),
      );
      return;
    }
    const event = notification(topic.arn, published.subject, published.message);
    this.lambda.invokeFor("sns.amazonaws.com", topic.arn, endpoint, event);
  }
}
