import * as appautoscaling from "@pulumi/aws/appautoscaling";
import * as pulumi from "@pulumi/pulumi";

export interface ServiceScalingArgs {
    readonly clusterName: pulumi.Input<string>;
    readonly serviceName: pulumi.Input<string>;
    readonly minimumTasks: number;
    readonly maximumTasks: number;
    readonly loadBalancerArnSuffix: pulumi.Input<string>;
    readonly targetGroupArnSuffix: pulumi.Input<string>;
}

/** Percent of CPU, and requests a minute per task, that scaling steers towards. */
const targets = { cpuPercent: 50, requestsPerTask: 1500 } as const;

/**
 * Keeps the service between its bounds by target tracking: on requests, which rise the moment another
 * region's users arrive, and on CPU, for what requests do not show. The larger answer counts.
 */
export class ServiceScaling extends pulumi.ComponentResource {
    constructor(name: string, args: ServiceScalingArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:ServiceScaling", name, {}, opts);

        const target = new appautoscaling.Target(
            name,
            {
                serviceNamespace: "ecs",
                scalableDimension: "ecs:service:DesiredCount",
                resourceId: pulumi.interpolate`service/${args.clusterName}/${args.serviceName}`,
                minCapacity: args.minimumTasks,
                maxCapacity: args.maximumTasks,
            },
            { parent: this },
        );
        this.track(`${name}-cpu`, target, targets.cpuPercent, {
            predefinedMetricType: "ECSServiceAverageCPUUtilization",
        });
        this.track(`${name}-requests`, target, targets.requestsPerTask, {
            predefinedMetricType: "ALBRequestCountPerTarget",
            resourceLabel: pulumi.interpolate`${args.loadBalancerArnSuffix}/${args.targetGroupArnSuffix}`,
        });

        this.registerOutputs();
    }

    private track(
        name: string,
        target: appautoscaling.Target,
        targetValue: number,
        metric: { predefinedMetricType: string; resourceLabel?: pulumi.Input<string> },
    ): void {
        new appautoscaling.Policy(
            name,
            {
                name,
                policyType: "TargetTrackingScaling",
                serviceNamespace: target.serviceNamespace,
                scalableDimension: target.scalableDimension,
                resourceId: target.resourceId,
                targetTrackingScalingPolicyConfiguration: {
                    targetValue,
                    predefinedMetricSpecification: metric,
                    // Up at once; down only when a lull has lasted.
                    scaleOutCooldown: 30,
                    scaleInCooldown: 300,
                },
            },
            { parent: this },
        );
    }
}
