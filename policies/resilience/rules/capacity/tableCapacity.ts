import type { PolicyResource, ReportViolation, StackValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { list, ofType, read, show, unknown } from "../../support";

interface Config {
    readonly minimumRead: number;
    readonly minimumWrite: number;
    readonly minimumScaledRead: number;
}

/**
 * Judged on the whole stack: what makes a table a global one may be resources of their own, and so is
 * what scales it.
 */
export const tableCapacity: StackValidationPolicy = {
    name: "capacity-table-minimum",
    description:
        "A DynamoDB global table must be on demand, or have provisioned minimums that carry a lost region's users.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("DynamoDB.1"),
    tags: ["capacity", "dynamodb"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html",
    remediationSteps:
        "Use billingMode PAY_PER_REQUEST, or raise readCapacity, writeCapacity and the scaling targets' minCapacity to the configured minimums.",
    configSchema: {
        properties: {
            minimumRead: { type: "number", minimum: 1, default: 100 },
            minimumWrite: {
                type: "number",
                minimum: 1,
                default: 100,
                description: "the same in every region: each copy takes everybody's writes",
            },
            minimumScaledRead: {
                type: "number",
                minimum: 1,
                default: 50,
                description: "least reads that a region's copy may be scaled down to",
            },
        },
    },
    validateStack: (args, report) => {
        const config = args.getConfig<Config>();
        for (const table of ofType(args.resources, "aws:dynamodb/table:Table")) {
            const billing = read(() => table.props["billingMode"]);
            if (
                billing === "PAY_PER_REQUEST" ||
                billing === unknown ||
                !isGlobal(table, args.resources)
            ) {
                continue;
            }
            judgeTable(table, config, report);
            for (const target of ofType(args.resources, "aws:appautoscaling/target:Target")) {
                if (scales(target, table)) {
                    judgeScaling(target, config, report);
                }
            }
        }
    },
};

function isGlobal(table: PolicyResource, resources: readonly PolicyResource[]): boolean {
    const arn = read(() => table.props["arn"]);
    return (
        list(() => table.props["replicas"]).length > 0 ||
        ofType(resources, "aws:dynamodb/tableReplica:TableReplica").some(
            (replica) =>
                (arn !== unknown &&
                    arn !== undefined &&
                    read(() => replica.props["globalTableArn"]) === arn) ||
                (replica.propertyDependencies["globalTableArn"] ?? []).some(
                    ({ urn }) => urn === table.urn,
                ),
        )
    );
}

function judgeTable(table: PolicyResource, config: Config, report: ReportViolation): void {
    for (const [property, least] of [
        ["readCapacity", config.minimumRead],
        ["writeCapacity", config.minimumWrite],
    ] as const) {
        const value = read(() => table.props[property]);
        if (value !== unknown && Number(value ?? 0) < least) {
            report(`${property} is ${show(value)}; it must be at least ${least}`, table.urn);
        }
    }
}

/** Whether the target is the table's or one of its indexes', in whichever region. */
function scales(target: PolicyResource, table: PolicyResource): boolean {
    const name = read(() => table.props["name"]);
    const resource = read(() => target.props["resourceId"]);
    return (
        typeof name === "string" &&
        typeof resource === "string" &&
        (resource === `table/${name}` || resource.startsWith(`table/${name}/`))
    );
}

function judgeScaling(target: PolicyResource, config: Config, report: ReportViolation): void {
    const dimension = String(read(() => target.props["scalableDimension"]));
    const least = /:WriteCapacityUnits$/.test(dimension)
        ? config.minimumWrite
        : config.minimumScaledRead;
    const minimum = read(() => target.props["minCapacity"]);
    if (minimum !== unknown && Number(minimum ?? 0) < least) {
        report(
            `minCapacity of ${dimension} is ${show(minimum)}; it must be at least ${least}`,
            target.urn,
        );
    }
}
