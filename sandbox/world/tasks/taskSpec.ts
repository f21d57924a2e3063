import { z } from "zod";

import { properties } from "../properties";
import type { Store, StoredResource } from "../store";

/** What a service wants to run, read from the account. */
export interface TaskSpec {
    readonly serviceArn: string;
    readonly serviceName: string;
    readonly region: string;
    /** Changes whenever new tasks have to replace the old ones. */
    readonly revision: string;
    /** Tasks that one process stands for. */
    readonly desired: number;
    readonly image: string;
    /** Replaces the image's own command. */
    readonly command?: readonly string[];
    /** Exactly what the task definition declares. */
    readonly environment: Readonly<Record<string, string>>;
    /** What the container may do in AWS. */
    readonly roleArn?: string;
    readonly stopTimeoutMs: number;
    readonly targets: readonly { readonly groupArn: string; readonly port: number }[];
    /** Whether ECS gives up on a deployment whose tasks keep failing. */
    readonly circuitBreaker: boolean;
}

/** Thrown when the account describes a task that ECS could not start. */
export class TaskSpecError extends Error {
    override readonly name = "TaskSpecError";
}

const containerSchema = z.object({
    name: z.string(),
    image: z.string(),
    command: z.array(z.string()).optional(),
    environment: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
    secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })).default([]),
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
    stopTimeout: z.number().default(30),
});
const serviceSchema = z.object({
    name: z.string(),
    cluster: z.string().default("default"),
    taskDefinition: z.string(),
    desiredCount: z.number().default(1),
    loadBalancers: z
        .array(
            z.object({
                targetGroupArn: z.string().optional(),
                containerName: z.string(),
                containerPort: z.number(),
            }),
        )
        .default([]),
    deploymentCircuitBreaker: z.object({ enable: z.boolean() }).optional(),
    triggers: z.record(z.string(), z.string()).optional(),
});
const scalableTargetSchema = z.object({
    resourceId: z.string(),
    minCapacity: z.number(),
    maxCapacity: z.number(),
});

/** A service's ARN, which is also its id. */
export function serviceArnOf(service: StoredResource): string {
    const arn = service.outputs["arn"] ?? service.outputs["id"];
    return typeof arn === "string" ? arn : service.id;
}

/**
 * What the service wants to run now.
 *
 * @throws TaskSpecError
 */
export function taskSpecOf(store: Store, service: StoredResource): TaskSpec {
    const read = serviceSchema.parse(properties(service));
    const definition = findDefinition(store, service.region, read.taskDefinition);
    const { taskRoleArn } = properties(definition);
    const containers = z
        .array(containerSchema)
        .parse(JSON.parse(String(properties(definition)["containerDefinitions"])));
    const [container, ...others] = containers;
    if (container === undefined || others.length > 0) {
        throw new TaskSpecError(
            `task definition ${read.taskDefinition} has ${containers.length} containers; the sandbox runs exactly one`,
        );
    }
    if (container.secrets.length > 0) {
        throw new TaskSpecError(
            `container ${container.name} takes secrets (${container.secrets
                .map(({ name }) => name)
                .join(", ")}), which the sandbox has nowhere to read from; use environment`,
        );
    }
    return {
        serviceArn: serviceArnOf(service),
        serviceName: read.name,
        region: service.region,
        revision: JSON.stringify([definition.outputs["arn"] ?? definition.id, read.triggers ?? {}]),
        desired: withinCapacity(store, service.region, read),
        image: container.image,
        ...(container.command === undefined ? {} : { command: container.command }),
        environment: Object.fromEntries(
            container.environment.map(({ name, value }) => [name, value]),
        ),
        ...(typeof taskRoleArn === "string" ? { roleArn: taskRoleArn } : {}),
        stopTimeoutMs: container.stopTimeout * 1000,
        targets: read.loadBalancers.flatMap(({ targetGroupArn, containerPort }) =>
            targetGroupArn === undefined ? [] : [{ groupArn: targetGroupArn, port: containerPort }],
        ),
        circuitBreaker: read.deploymentCircuitBreaker?.enable ?? false,
    };
}

function findDefinition(store: Store, region: string, reference: string): StoredResource {
    const definitions = store
        .list("aws:ecs/taskDefinition:TaskDefinition", region)
        .filter(({ id, outputs }) => {
            const family = typeof outputs["family"] === "string" ? outputs["family"] : id;
            return (
                outputs["arn"] === reference ||
                reference === `${family}:${outputs["revision"]}` ||
                reference === family
            );
        });
    // A family alone means its latest revision.
    const found = definitions.sort(
        (a, b) => Number(b.outputs["revision"] ?? 0) - Number(a.outputs["revision"] ?? 0),
    )[0];
    if (found === undefined) {
        throw new TaskSpecError(`task definition ${reference} does not exist in ${region}`);
    }
    return found;
}

/** Application Auto Scaling keeps the count between its own bounds from the moment it has a target. */
function withinCapacity(
    store: Store,
    region: string,
    service: { readonly name: string; readonly cluster: string; readonly desiredCount: number },
): number {
    const cluster = service.cluster.split("/").at(-1);
    const id = `service/${cluster}/${service.name}`;
    const target = store
        .list("aws:appautoscaling/target:Target", region)
        .map((resource) => scalableTargetSchema.parse(properties(resource)))
        .find(({ resourceId }) => resourceId === id);
    return target === undefined
        ? service.desiredCount
        : Math.min(target.maxCapacity, Math.max(target.minCapacity, service.desiredCount));
}
