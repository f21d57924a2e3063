import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";

import { emitEvents } from "./eventPermissions";
import { readReceiptKeys } from "./receiptKeyPermissions";
import { ServiceScaling } from "./serviceScaling";
import {
    bucketStatements,
    cacheStatements,
    executionStatements,
    tableStatements,
    taskRoleNameOf,
} from "./servicePermissions";
import { WorkloadRole } from "./workloadRole";

export interface ServiceArgs {
    readonly region: string;
    readonly accountId: string;
    /** In this region's ECR: an image in another region's would tie the regions together. */
    readonly image: string;
    readonly containerPort: number;
    /** Everything that configures the container. */
    readonly environment: Readonly<Record<string, string>>;
    readonly tableName: string;
    readonly mediaBucket: string;
    readonly ordersBucket: string;
    readonly subnetIds: readonly pulumi.Input<string>[];
    readonly securityGroupId: pulumi.Input<string>;
    readonly targetGroupArn: pulumi.Input<string>;
    readonly loadBalancerArnSuffix: pulumi.Input<string>;
    readonly targetGroupArnSuffix: pulumi.Input<string>;
    readonly dataKeyArn: pulumi.Input<string>;
    readonly logKeyArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
    /** Tasks that run even at night: enough to take a lost region's users at once. */
    readonly minimumTasks: number;
    readonly maximumTasks: number;
}

/** vCPU units and MiB of one task. */
const taskSize = { cpu: "512", memory: "1024" } as const;

/** The storefront on Fargate, deployed with a circuit breaker that rolls back, scaled by its load. */
export class Service extends pulumi.ComponentResource {
    readonly clusterName: pulumi.Output<string>;
    readonly serviceName: pulumi.Output<string>;
    readonly taskRoleName: pulumi.Output<string>;

    constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:Service", name, {}, opts);

        const cluster = new ecs.Cluster(
            name,
            { settings: [{ name: "containerInsights", value: "enabled" }] },
            { parent: this },
        );
        const taskRole = new WorkloadRole(
            `${name}-task`,
            {
                accountId: args.accountId,
                roleName: taskRoleNameOf(args.region),
                service: "ecs-tasks.amazonaws.com",
                statements: [
                    ...tableStatements(args),
                    ...cacheStatements(args),
                    ...bucketStatements(args),
                    ...emitEvents(args.region, args.accountId, args.dataKeyArn),
                    ...readReceiptKeys(args),
                ],
            },
            { parent: this },
        );
        const service = this.createService(
            name,
            args,
            cluster,
            this.createTask(name, args, taskRole),
        );
        new ServiceScaling(
            `${name}-scaling`,
            {
                clusterName: cluster.name,
                serviceName: service.name,
                minimumTasks: args.minimumTasks,
                maximumTasks: args.maximumTasks,
                loadBalancerArnSuffix: args.loadBalancerArnSuffix,
                targetGroupArnSuffix: args.targetGroupArnSuffix,
            },
            { parent: this },
        );

        this.clusterName = cluster.name;
        this.serviceName = service.name;
        this.taskRoleName = taskRole.roleName;
        this.registerOutputs({
            clusterName: this.clusterName,
            serviceName: this.serviceName,
            taskRoleName: this.taskRoleName,
        });
    }

    private createTask(
        name: string,
        args: ServiceArgs,
        taskRole: WorkloadRole,
    ): ecs.TaskDefinition {
        const logs = new cloudwatch.LogGroup(
            name,
            {
                name: "/meridian/storefront",
                kmsKeyId: args.logKeyArn,
                retentionInDays: args.logRetentionDays,
            },
            { parent: this },
        );
        const executionRole = new WorkloadRole(
            `${name}-execution`,
            {
                accountId: args.accountId,
                roleName: `meridian-storefront-execution-${args.region}`,
                service: "ecs-tasks.amazonaws.com",
                statements: executionStatements(args.image, logs.arn),
            },
            { parent: this },
        );
        return new ecs.TaskDefinition(
            name,
            {
                family: "meridian-storefront",
                requiresCompatibilities: ["FARGATE"],
                networkMode: "awsvpc",
                ...taskSize,
                runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
                executionRoleArn: executionRole.arn,
                taskRoleArn: taskRole.arn,
                containerDefinitions: pulumi.jsonStringify([
                    {
                        name: "storefront",
                        image: args.image,
                        essential: true,
                        readonlyRootFilesystem: true,
                        linuxParameters: { initProcessEnabled: true },
                        // Longer than the storefront's own drain.
                        stopTimeout: 30,
                        portMappings: [{ containerPort: args.containerPort, protocol: "tcp" }],
                        // ECS returns them sorted; any other order would be a change forever.
                        environment: Object.entries(args.environment)
                            .map(([key, value]) => ({ name: key, value }))
                            .sort((a, b) => (a.name < b.name ? -1 : 1)),
                        logConfiguration: {
                            logDriver: "awslogs",
                            options: {
                                "awslogs-group": logs.name,
                                "awslogs-region": args.region,
                                "awslogs-stream-prefix": "storefront",
                            },
                        },
                    },
                ]),
            },
            { parent: this },
        );
    }

    private createService(
        name: string,
        args: ServiceArgs,
        cluster: ecs.Cluster,
        task: ecs.TaskDefinition,
    ): ecs.Service {
        return new ecs.Service(
            name,
            {
                name: "meridian-storefront",
                cluster: cluster.arn,
                taskDefinition: task.arn,
                launchType: "FARGATE",
                platformVersion: "LATEST",
                desiredCount: args.minimumTasks,
                deploymentMinimumHealthyPercent: 100,
                deploymentMaximumPercent: 200,
                deploymentCircuitBreaker: { enable: true, rollback: true },
                availabilityZoneRebalancing: "ENABLED",
                healthCheckGracePeriodSeconds: 30,
                enableEcsManagedTags: true,
                propagateTags: "SERVICE",
                networkConfiguration: {
                    subnets: [...args.subnetIds],
                    securityGroups: [args.securityGroupId],
                    assignPublicIp: false,
                },
                loadBalancers: [
                    {
                        targetGroupArn: args.targetGroupArn,
                        containerName: "storefront",
                        containerPort: args.containerPort,
                    },
                ],
                // A deployment that the circuit breaker takes back must not look like a success.
                waitForSteadyState: true,
            },
            // Autoscaling owns the count from the first minute on: an update that put it back to the
            // minimum would take capacity away just when a failover needs it.
            { parent: this, ignoreChanges: ["desiredCount"] },
        );
    }
}
