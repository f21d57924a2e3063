import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, number, text } from "../support/known";
import { Problems } from "../support/problems";
import { namespaces } from "./namespaces";

export const targetToken = "aws:appautoscaling/target:Target";

/**
 * The provider's own id is the resource id, which a table's read and write targets share; here it is
 * what `pulumi import` takes: `namespace/resource-id/dimension`.
 *
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
 */
export const targetType: ResourceType = {
    type: targetToken,
    service: "appautoscaling",
    home: "regional",
    actions: {
        create: "RegisterScalableTarget",
        read: "DescribeScalableTargets",
        update: "RegisterScalableTarget",
        delete: "DeregisterScalableTarget",
    },
    inputs: [
        "maxCapacity",
        "minCapacity",
        "resourceId",
        "roleArn",
        "scalableDimension",
        "serviceNamespace",
        "suspendedState",
        "tags",
    ],
    required: ["maxCapacity", "minCapacity", "resourceId", "scalableDimension", "serviceNamespace"],
    replaceOn: ["resourceId", "scalableDimension", "serviceNamespace"],
    computed: ["arn", "roleArn"],

    check(inputs) {
        const problems = new Problems();
        checkAddress(problems, inputs);
        problems.range(inputs, "minCapacity", 0, 2_147_483_647);
        problems.range(inputs, "maxCapacity", 0, 2_147_483_647);
        const low = number(inputs, "minCapacity");
        const high = number(inputs, "maxCapacity");
        if (low !== undefined && high !== undefined && low > high) {
            problems.add(
                "maxCapacity",
                `Maximum capacity cannot be less than minimum capacity: must be at least ${low}, got ${high}`,
            );
        }
        return problems.found;
    },

    admit(inputs, context) {
        const resourceId = text(inputs, "resourceId") ?? "";
        const namespace = namespaces[text(inputs, "serviceNamespace") ?? ""];
        const missing = namespace?.missing(resourceId, context);
        if (missing !== undefined) {
            throw new AwsError("ValidationException", missing);
        }
    },

    compute(inputs, context, current) {
        const namespace = text(inputs, "serviceNamespace") ?? "";
        const [service, suffix] = namespaces[namespace]?.linkedRole ?? ["", ""];
        const id = [namespace, text(inputs, "resourceId"), text(inputs, "scalableDimension")].join(
            "/",
        );
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn:
                    text(current, "arn") ??
                    arn(
                        "application-autoscaling",
                        context,
                        `scalable-target/${context.unique(32)}`,
                    ),
                roleArn:
                    text(inputs, "roleArn") ??
                    `arn:aws:iam::${context.accountId}:role/aws-service-role/${service}/AWSServiceRoleForApplicationAutoScaling_${suffix}`,
            },
        };
    },
};

/** Namespace, resource id and dimension must fit one another. */
export function checkAddress(problems: Problems, inputs: Readonly<Record<string, unknown>>): void {
    problems.oneOf(inputs, "serviceNamespace", Object.keys(namespaces));
    const namespace = namespaces[text(inputs, "serviceNamespace") ?? ""];
    if (namespace !== undefined) {
        problems.oneOf(inputs, "scalableDimension", namespace.dimensions);
        problems.matches(
            inputs,
            "resourceId",
            namespace.resourceId,
            `Unsupported resource id: must match ${namespace.resourceId.source}`,
        );
    }
}
