import { tableIn } from "../dynamodb/replicas";
import type { TypeContext } from "../resourceType";
import { records, text } from "../support/known";

/** What Application Auto Scaling knows of one service. */
export interface Namespace {
    /** Resource ids, such as `service/<cluster>/<service>`. */
    readonly resourceId: RegExp;
    readonly dimensions: readonly string[];
    readonly predefinedMetrics: readonly string[];
    /** Service principal of its service-linked role, and the role's last part. */
    readonly linkedRole: readonly [service: string, suffix: string];
    /** What the id names when it is not there, in the service's words; undefined when it is there. */
    missing(resourceId: string, context: TypeContext): string | undefined;
}

/** @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html */
export const namespaces: Readonly<Record<string, Namespace>> = {
    ecs: {
        resourceId: /^service\/[\w-]+\/[\w-]+$/,
        dimensions: ["ecs:service:DesiredCount"],
        predefinedMetrics: [
            "ALBRequestCountPerTarget",
            "ECSServiceAverageCPUUtilization",
            "ECSServiceAverageMemoryUtilization",
        ],
        linkedRole: ["ecs.application-autoscaling.amazonaws.com", "ECSService"],
        missing(resourceId, context) {
            const found = context.store
                .list("aws:ecs/service:Service", context.region)
                .some(({ id }) => id.endsWith(`:${resourceId}`));
            return found ? undefined : `ECS service doesn't exist: ${resourceId}`;
        },
    },
    dynamodb: {
        resourceId: /^table\/[\w.-]+(\/index\/[\w.-]+)?$/,
        dimensions: [
            "dynamodb:index:ReadCapacityUnits",
            "dynamodb:index:WriteCapacityUnits",
            "dynamodb:table:ReadCapacityUnits",
            "dynamodb:table:WriteCapacityUnits",
        ],
        predefinedMetrics: ["DynamoDBReadCapacityUtilization", "DynamoDBWriteCapacityUtilization"],
        linkedRole: ["dynamodb.application-autoscaling.amazonaws.com", "DynamoDBTable"],
        missing(resourceId, context) {
            const [, table = "", , index] = resourceId.split("/");
            const found = tableIn(table, context);
            if (found === undefined) {
                return `DynamoDB table does not exist: ${resourceId}`;
            }
            const indexes = records(found.outputs, "globalSecondaryIndexes");
            return index === undefined || indexes.some((one) => text(one, "name") === index)
                ? undefined
                : `DynamoDB index does not exist: ${resourceId}`;
        },
    },
};
