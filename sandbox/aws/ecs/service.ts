import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, byArn, flag, given, isOther, number, record, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { ecsTokens } from "./names";
import { refuseLoadBalancers, refuseLogGroups, refuseNetwork } from "./serviceReferences";

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html */
export const serviceType: ResourceType = {
    type: ecsTokens.service,
    service: "ecs",
    home: "regional",
    actions: {
        create: "CreateService",
        read: "DescribeServices",
        update: "UpdateService",
        delete: "DeleteService",
    },
    inputs: [
        "alarms",
        "availabilityZoneRebalancing",
        "capacityProviderStrategies",
        "cluster",
        "deploymentCircuitBreaker",
        "deploymentConfiguration",
        "deploymentController",
        "deploymentMaximumPercent",
        "deploymentMinimumHealthyPercent",
        "desiredCount",
        "enableEcsManagedTags",
        "enableExecuteCommand",
        "forceDelete",
        "forceNewDeployment",
        "healthCheckGracePeriodSeconds",
        "iamRole",
        "launchType",
        "loadBalancers",
        "name",
        "networkConfiguration",
        "orderedPlacementStrategies",
        "placementConstraints",
        "platformVersion",
        "propagateTags",
        "schedulingStrategy",
        "serviceConnectConfiguration",
        "serviceRegistries",
        "sigintRollback",
        "tags",
        "taskDefinition",
        "triggers",
        "volumeConfiguration",
        "vpcLatticeConfigurations",
        "waitForSteadyState",
    ],
    required: [],
    replaceOn: [
        "cluster",
        "deploymentController",
        "iamRole",
        "launchType",
        "name",
        "schedulingStrategy",
    ],
    unordered: ["loadBalancers"],
    autoname: { property: "name", maxLength: 255 },
    defaults: {
        deploymentMaximumPercent: 200,
        deploymentMinimumHealthyPercent: 100,
        enableEcsManagedTags: false,
        enableExecuteCommand: false,
        schedulingStrategy: "REPLICA",
        sigintRollback: false,
        waitForSteadyState: false,
    },
    computed: [
        "arn",
        "availabilityZoneRebalancing",
        "cluster",
        "iamRole",
        "launchType",
        "platformVersion",
        "triggers",
    ],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^[\w-]{1,255}$/,
            "must be 1 to 255 letters, digits, hyphens and underscores",
        );
        problems.oneOf(inputs, "launchType", ["EC2", "EXTERNAL", "FARGATE"]);
        problems.oneOf(inputs, "schedulingStrategy", ["DAEMON", "REPLICA"]);
        problems.oneOf(inputs, "propagateTags", ["NONE", "SERVICE", "TASK_DEFINITION"]);
        problems.oneOf(inputs, "availabilityZoneRebalancing", ["DISABLED", "ENABLED"]);
        problems.range(inputs, "desiredCount", 0, 5000);
        problems.range(inputs, "deploymentMaximumPercent", 100, 10000);
        problems.range(inputs, "deploymentMinimumHealthyPercent", 0, 100);
        problems.range(inputs, "healthCheckGracePeriodSeconds", 0, 2_147_483_647);
        problems.atMostOne(inputs, ["launchType", "capacityProviderStrategies"]);
        if (given(inputs, "healthCheckGracePeriodSeconds") && !given(inputs, "loadBalancers")) {
            problems.add(
                "healthCheckGracePeriodSeconds",
                "Health check grace period is only valid for services configured to use load balancers",
            );
        }
        checkDeployment(problems, inputs);
        return problems.found;
    },

    admit(inputs, context, current) {
        const cluster = clusterOf(inputs, context);
        const name = text(inputs, "name");
        const same = context.store
            .list(ecsTokens.service, context.region)
            .some(
                (other) =>
                    isOther(other, current) &&
                    text(other.outputs, "name") === name &&
                    text(other.outputs, "cluster") === cluster.id,
            );
        if (same) {
            throw new AwsError(
                "InvalidParameterException",
                "Creation of service was not idempotent.",
            );
        }
        const task = taskOf(inputs, context);
        const ownInterface = text(task.outputs, "networkMode") === "awsvpc";
        if (ownInterface && !given(inputs, "networkConfiguration")) {
            throw new AwsError(
                "InvalidParameterException",
                "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
            );
        }
        const vpcId = refuseNetwork(record(inputs, "networkConfiguration"), context);
        refuseLoadBalancers(records(inputs, "loadBalancers"), task, vpcId, context);
        refuseLogGroups(task, context);
    },

    compute(inputs, context) {
        const cluster = text(inputs, "cluster") ?? arn("ecs", context, "cluster/default");
        const clusterName = cluster.split("/").pop() ?? cluster;
        const id = arn("ecs", context, `service/${clusterName}/${text(inputs, "name")}`);
        const fargate = text(inputs, "launchType") === "FARGATE";
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: id,
                availabilityZoneRebalancing:
                    text(inputs, "availabilityZoneRebalancing") ?? "ENABLED",
                cluster: clusterOf(inputs, context).id,
                iamRole:
                    text(inputs, "iamRole") ??
                    `arn:aws:iam::${context.accountId}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
                launchType: text(inputs, "launchType") ?? "EC2",
                platformVersion: text(inputs, "platformVersion") ?? (fargate ? "LATEST" : ""),
                triggers: inputs.triggers ?? {},
            },
        };
    },
};

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
function checkDeployment(problems: Problems, inputs: Props): void {
    const controller = text(record(inputs, "deploymentController"), "type") ?? "ECS";
    const breaker = record(inputs, "deploymentCircuitBreaker");
    if (controller !== "ECS" && flag(breaker, "enable") === true) {
        problems.add(
            "deploymentCircuitBreaker",
            `Deployment circuit breaker feature can only be enabled with ECS deployment controller, got ${controller}`,
        );
    }
    if (flag(breaker, "rollback") === true && flag(breaker, "enable") === false) {
        problems.add("deploymentCircuitBreaker.rollback", "needs the circuit breaker enabled");
    }
    const daemon = text(inputs, "schedulingStrategy") === "DAEMON";
    if (daemon && given(inputs, "desiredCount")) {
        problems.add("desiredCount", "must not be set for the DAEMON scheduling strategy");
    }
    if (daemon && text(inputs, "launchType") === "FARGATE") {
        problems.add("schedulingStrategy", "Fargate tasks do not support DAEMON");
    }
    const most = number(inputs, "deploymentMaximumPercent");
    const least = number(inputs, "deploymentMinimumHealthyPercent");
    if (!daemon && most === 100 && least === 100) {
        problems.add(
            "deploymentMaximumPercent",
            "a deployment needs room: deploymentMaximumPercent above 100 or deploymentMinimumHealthyPercent below 100",
        );
    }
}

function clusterOf(inputs: Props, context: TypeContext): StoredResource {
    const wanted = text(inputs, "cluster") ?? "default";
    const cluster = context.store
        .list(ecsTokens.cluster, context.region)
        .find(({ outputs, id }) => id === wanted || text(outputs, "name") === wanted);
    if (cluster === undefined) {
        throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    }
    return cluster;
}

/** The task definition, by ARN, by `family:revision`, or by family for its latest revision. */
function taskOf(inputs: Props, context: TypeContext): StoredResource {
    const wanted = text(inputs, "taskDefinition") ?? "";
    const found =
        byArn(context, ecsTokens.taskDefinition, wanted) ??
        context.store
            .list(ecsTokens.taskDefinition, context.region)
            .filter(
                ({ id, outputs }) =>
                    id.endsWith(`/${wanted}`) || text(outputs, "family") === wanted,
            )
            .sort((a, b) => Number(b.outputs.revision) - Number(a.outputs.revision))[0];
    if (found?.region !== context.region) {
        throw new AwsError("ClientException", "Unable to describe task definition.");
    }
    return found;
}
