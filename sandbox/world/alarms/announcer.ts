import type { BusEvent, EventBuses, TopicPublisher, World } from "../world";
import type { AlarmState } from "./evaluate";

export interface AlarmStatus {
    readonly region: string;
    readonly name: string;
    readonly state: AlarmState;
    /** World time of the last change, milliseconds since the epoch. */
    readonly sinceMs: number;
    readonly reason: string;
}

export interface AlarmChange extends AlarmStatus {
    readonly previous: AlarmState;
}

/** What an alarm of either type says to others. */
export interface Announced {
    readonly name: string;
    readonly arn: string;
    readonly alarmDescription?: string | undefined;
    readonly actionsEnabled: boolean;
    readonly alarmActions: readonly string[];
    readonly okActions: readonly string[];
    readonly insufficientDataActions: readonly string[];
}

/** Tells the world of an alarm's change: the region's event bus, and whom the alarm's actions name. */
export class Announcer {
    #sequence = 0;

    constructor(
        private readonly world: World,
        private readonly buses: EventBuses,
        private readonly topics: TopicPublisher,
    ) {}

    /** @param configuration what the event says of how the alarm is set */
    putEvent(alarm: Announced, change: AlarmChange, configuration: object): void {
        const time = new Date(change.sinceMs).toISOString();
        const event: BusEvent = {
            id: `alarm-${(this.#sequence++).toString().padStart(8, "0")}`,
            source: "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            account: this.world.accountId,
            time,
            region: change.region,
            resources: [alarm.arn],
            detail: {
                alarmName: alarm.name,
                state: { value: change.state, reason: change.reason, timestamp: time },
                previousState: { value: change.previous },
                configuration: { description: alarm.alarmDescription, ...configuration },
            },
        };
        this.buses.put(change.region, event);
    }

    act(alarm: Announced, change: AlarmChange): void {
        if (!alarm.actionsEnabled) {
            return;
        }
        const actions = {
            ALARM: alarm.alarmActions,
            OK: alarm.okActions,
            INSUFFICIENT_DATA: alarm.insufficientDataActions,
        }[change.state];
        for (const topicArn of actions) {
            this.topics.publish(
                topicArn,
                JSON.stringify({
                    AlarmName: alarm.name,
                    AlarmArn: alarm.arn,
                    AlarmDescription: alarm.alarmDescription,
                    AWSAccountId: this.world.accountId,
                    Region: change.region,
                    NewStateValue: change.state,
                    OldStateValue: change.previous,
                    NewStateReason: change.reason,
                    StateChangeTime: new Date(change.sinceMs).toISOString(),
                }),
                `${change.state}: "${alarm.name}" in ${change.region}`,
                "cloudwatch.amazonaws.com",
                alarm.arn,
            );
        }
    }
}
