import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { arn, byId, isOther, records, text } from "../support/known";
import { Problems } from "../support/problems";
import { clusterType } from "./members";
import { identifier, identifierRule } from "./names";

export const clusterParameterGroupType = "aws:rds/clusterParameterGroup:ClusterParameterGroup";

/** Parameters with a range of their own: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html */
const ranges: Readonly<Record<string, readonly [least: number, most: number]>> = {
    "rds.force_ssl": [0, 1],
    "rds.global_db_rpo": [20, 2_147_483_647],
};

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBClusterParameterGroup.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(inputs, "name", identifier, identifierRule);
    problems.matches(
        inputs,
        "family",
        /^(aurora-postgresql(1[1-9]|[2-9]\d)|aurora-mysql(5\.7|8\.\d))$/,
        "must be the parameter family of an Aurora engine, such as aurora-postgresql17",
    );
    const seen = new Set<string>();
    records(inputs, "parameters").forEach((parameter, at) => {
        const path = `parameters[${at}].`;
        problems.oneOf(parameter, "applyMethod", ["immediate", "pending-reboot"], path);
        const name = text(parameter, "name");
        if (name === undefined) {
            return;
        }
        if (seen.has(name)) {
            problems.add(`${path}name`, `duplicate parameter ${name}`);
        }
        seen.add(name);
        const range = ranges[name];
        const value = text(parameter, "value");
        if (range !== undefined && value !== undefined) {
            problems.range({ value }, "value", range[0], range[1], path);
        }
    });
    return problems.found;
}

function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const name = text(inputs, "name") ?? "";
    const namesake = byId(context, clusterParameterGroupType, name);
    if (namesake !== undefined && isOther(namesake, current)) {
        throw new AwsError(
            "DBParameterGroupAlreadyExists",
            `Parameter group ${name} already exists`,
        );
    }
}

export const clusterParameterGroup: ResourceType = {
    type: clusterParameterGroupType,
    service: "rds",
    home: "regional",
    actions: {
        create: "CreateDBClusterParameterGroup",
        read: "DescribeDBClusterParameterGroups",
        update: "ModifyDBClusterParameterGroup",
        delete: "DeleteDBClusterParameterGroup",
    },
    inputs: ["description", "family", "name", "namePrefix", "parameters", "tags"],
    required: ["family"],
    replaceOn: ["description", "family", "name", "namePrefix"],
    autoname: { property: "name", maxLength: 255, lowercase: true },
    defaults: { description: "Managed by Pulumi" },
    unordered: ["parameters"],
    computed: ["arn"],
    check,
    admit,
    compute: (inputs, context) => {
        const name = text(inputs, "name") ?? "";
        return { id: name, outputs: { ...inputs, arn: arn("rds", context, `cluster-pg:${name}`) } };
    },
    refuseDelete: (outputs, context) => {
        const name = text(outputs, "name") ?? "";
        const user = context.store
            .list(clusterType, context.region)
            .find((cluster) => text(cluster.outputs, "dbClusterParameterGroupName") === name);
        if (user !== undefined) {
            throw new AwsError(
                "InvalidDBParameterGroupState",
                `One or more database instances are still members of this parameter group ${name}, so the group cannot be deleted (${user.id})`,
            );
        }
    },
};
