import { Buses } from "./events/buses";
import { FailedDeliveries } from "./deliveries";
import { Functions, type FunctionSurroundings } from "./functions/functions";
import { Queues } from "./queues/queues";
import { Topics } from "./topics/topics";
import type { MetricSink, Part, World } from "./world";

export interface MessagingOptions {
    readonly metrics: MetricSink;
    readonly inside: FunctionSurroundings;
}

/**
 * The services that deliver to one another: EventBridge, SNS, SQS and Lambda. A function's failures
 * go to queues and topics, and topics deliver to functions, so they are made together.
 */
export class Messaging implements Part {
    /** What was sent and did not arrive. */
    readonly failures: FailedDeliveries;
    readonly queues: Queues;
    readonly topics: Topics;
    readonly functions: Functions;
    readonly buses: Buses;

    constructor(world: World, { metrics, inside }: MessagingOptions) {
        const failures = new FailedDeliveries(world);
        const queues = new Queues(world, { metrics });
        const functions: Functions = new Functions(world, {
            metrics,
            inside,
            failures,
            handOver: (targetArn, body) => this.handOver(targetArn, body),
        });
        const topics: Topics = new Topics(world, { metrics, queues, functions, failures });
        this.failures = failures;
        this.queues = queues;
        this.functions = functions;
        this.topics = topics;
        this.buses = new Buses(world, { metrics, queues, topics, functions, failures });
    }

    /** Hands a message to a queue or a topic for a function that may. @throws AwsError */
    handOver(targetArn: string, body: string): void {
        if (targetArn.split(":")[2] === "sns") {
            this.topics.accept(targetArn, body, undefined, "lambda.amazonaws.com");
        } else {
            this.queues.put(targetArn, body);
        }
    }

    async start(): Promise<void> {
        await this.functions.start();
        await this.queues.start();
        await this.buses.start();
    }

    async stop(): Promise<void> {
        await this.buses.stop();
        await this.functions.stop();
        await this.queues.stop();
    }
}
