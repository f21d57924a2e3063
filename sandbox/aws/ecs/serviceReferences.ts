import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import { forwardedTo } from "../lb/listener";
import { lbTokens } from "../lb/names";
import type { TypeContext } from "../resourceType";
import { byArn, byId, number, record, records, text, texts } from "../support/known";
import { parseContainers } from "./containers";

/**
 * Subnets and security groups of a service must exist, in one VPC.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
 * @returns The VPC its tasks run in.
 */
export function refuseNetwork(
    network: Props | undefined,
    context: TypeContext,
): string | undefined {
    let vpcId: string | undefined;
    for (const id of texts(network, "subnets")) {
        const subnet = byId(context, "aws:ec2/subnet:Subnet", id);
        if (subnet === undefined) {
            throw new AwsError(
                "InvalidParameterException",
                `Error retrieving subnet information for [${id}]: The subnet ID '${id}' does not exist`,
            );
        }
        const own = text(subnet.outputs, "vpcId");
        if (vpcId !== undefined && own !== vpcId) {
            throw new AwsError(
                "InvalidParameterException",
                "Subnets specified must be in the same VPC",
            );
        }
        vpcId = own;
    }
    for (const id of texts(network, "securityGroups")) {
        const group = byId(context, "aws:ec2/securityGroup:SecurityGroup", id);
        if (group === undefined) {
            throw new AwsError(
                "InvalidParameterException",
                `Error retrieving security group information for [${id}]: The security group '${id}' does not exist`,
            );
        }
        if (vpcId !== undefined && text(group.outputs, "vpcId") !== vpcId) {
            throw new AwsError(
                "InvalidParameterException",
                `Security group ${id} does not belong to VPC ${vpcId}`,
            );
        }
    }
    return vpcId;
}

/**
 * A service registers its tasks with a target group that takes addresses, has a load balancer, and
 * leads to a port that the task definition has.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
 */
export function refuseLoadBalancers(
    entries: readonly Props[],
    task: StoredResource,
    vpcId: string | undefined,
    context: TypeContext,
): void {
    for (const entry of entries) {
        refuseContainer(entry, task);
        const target = text(entry, "targetGroupArn");
        if (target === undefined) {
            continue;
        }
        const group = byArn(context, lbTokens.targetGroup, target);
        if (group?.region !== context.region) {
            throw new AwsError(
                "InvalidParameterException",
                `Unable to find target group with targetGroupArn ${target}.`,
            );
        }
        const hasListener = context.store
            .list(lbTokens.listener, context.region)
            .some((listener) => forwardedTo(listener.outputs).includes(target));
        if (!hasListener) {
            throw new AwsError(
                "InvalidParameterException",
                `The target group with targetGroupArn ${target} does not have an associated load balancer.`,
            );
        }
        const kind = text(group.outputs, "targetType");
        const mode = text(task.outputs, "networkMode");
        if (mode === "awsvpc" && kind !== "ip") {
            throw new AwsError(
                "InvalidParameterException",
                `The provided target group ${target} has target type ${kind}, which is incompatible with the awsvpc network mode specified in the task definition.`,
            );
        }
        if (vpcId !== undefined && text(group.outputs, "vpcId") !== vpcId) {
            throw new AwsError(
                "InvalidParameterException",
                `The target group ${target} is not in the VPC ${vpcId} of the service's subnets.`,
            );
        }
    }
}

function refuseContainer(entry: Props, task: StoredResource): void {
    const name = text(entry, "containerName");
    const port = number(entry, "containerPort");
    const container = containersOf(task).find((candidate) => text(candidate, "name") === name);
    if (container === undefined) {
        throw new AwsError(
            "InvalidParameterException",
            `The container ${name} does not exist in the task definition.`,
        );
    }
    const ports = records(container, "portMappings").map((mapping) =>
        number(mapping, "containerPort"),
    );
    if (!ports.includes(port)) {
        throw new AwsError(
            "InvalidParameterException",
            `The container ${name} did not have a container port ${port} defined.`,
        );
    }
}

/**
 * ECS accepts a service whose log group is missing, and its tasks then stop one after another; the
 * rehearsal says at once what they would stop with.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
 */
export function refuseLogGroups(task: StoredResource, context: TypeContext): void {
    for (const container of containersOf(task)) {
        const logging = record(container, "logConfiguration");
        const options = record(logging, "options");
        const group = text(options, "awslogs-group");
        const region = text(options, "awslogs-region");
        if (
            text(logging, "logDriver") === "awslogs" &&
            group !== undefined &&
            region !== undefined &&
            text(options, "awslogs-create-group") !== "true" &&
            context.store.get("aws:cloudwatch/logGroup:LogGroup", region, group) === undefined
        ) {
            throw new AwsError(
                "ResourceInitializationError",
                `failed to validate logger args: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. (${group} in ${region})`,
            );
        }
    }
}

function containersOf(task: StoredResource): readonly Props[] {
    return parseContainers(text(task.outputs, "containerDefinitions") ?? "[]") ?? [];
}
