import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

export interface RegionCompositesArgs {
    readonly region: string;
    /** Names of the alarms that each composite is made of. */
    readonly userFacing: readonly pulumi.Input<string>[];
    readonly healthyHosts: pulumi.Input<string>;
    readonly silence: pulumi.Input<string>;
    readonly throttles: pulumi.Input<string>;
    readonly replication: readonly pulumi.Input<string>[];
    readonly topicArn: pulumi.Input<string>;
}

/**
 * One answer each to the two questions of a bad night: is the region impaired, and would data be lost
 * with it. The alarms they are made of keep telling what is wrong.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
 */
export class RegionComposites extends pulumi.ComponentResource {
    readonly impaired: pulumi.Output<string>;
    readonly dataAtRisk: pulumi.Output<string>;

    constructor(name: string, args: RegionCompositesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:RegionComposites", name, {}, opts);

        this.impaired = new cloudwatch.CompositeAlarm(
            `${name}-impaired`,
            {
                ...this.common("meridian-impaired", args),
                alarmDescription: `Users feel it in ${args.region}, or it has fewer tasks than it must have`,
                alarmRule: anyInAlarm([...args.userFacing, args.healthyHosts]),
                // An evacuated region is repaired and restarted at leisure: nobody is asking it. That a
                // region which should be asked is not is the silence alarm's own to say.
                actionsSuppressor: { alarm: args.silence, waitPeriod: 60, extensionPeriod: 120 },
            },
            { parent: this },
        ).alarmName;
        this.dataAtRisk = new cloudwatch.CompositeAlarm(
            `${name}-data-at-risk`,
            {
                ...this.common("meridian-data-at-risk", args),
                alarmDescription: `Writes in ${args.region} are turned away, or do not reach the other regions in time`,
                alarmRule: anyInAlarm([args.throttles, ...args.replication]),
            },
            { parent: this },
        ).alarmName;

        this.registerOutputs({ impaired: this.impaired, dataAtRisk: this.dataAtRisk });
    }

    private common(alarmName: string, { topicArn }: RegionCompositesArgs) {
        return {
            alarmName,
            alarmActions: [topicArn],
            okActions: [topicArn],
            tags: { "meridian:signal": "composite" },
        };
    }
}

function anyInAlarm(names: readonly pulumi.Input<string>[]): pulumi.Output<string> {
    return pulumi
        .all([...names])
        .apply((known) => known.map((each) => `ALARM("${each}")`).join(" OR "));
}
