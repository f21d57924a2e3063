import { AwsError } from "../awsError";
import { roleTrust } from "../iam/trust";
import { isUnknown, type ResourceType } from "../resourceType";
import { items, keepId, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { planType } from "./plan";

export const selectionType = "aws:backup/selection:Selection";

const choices = ["conditions", "resources", "selectionTags"] as const;

/** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html */
export const selection: ResourceType = {
    type: selectionType,
    service: "backup",
    home: "regional",
    actions: {
        create: "CreateBackupSelection",
        read: "GetBackupSelection",
        update: "CreateBackupSelection",
        delete: "DeleteBackupSelection",
    },
    inputs: [
        "conditions",
        "iamRoleArn",
        "name",
        "notResources",
        "planId",
        "resources",
        "selectionTags",
    ],
    required: ["iamRoleArn", "planId"],
    // The API has no way to change a selection.
    replaceOn: [
        "conditions",
        "iamRoleArn",
        "name",
        "notResources",
        "planId",
        "resources",
        "selectionTags",
    ],
    autoname: { property: "name", maxLength: 50 },
    unordered: ["notResources", "resources"],
    computed: ["conditions", "notResources"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(inputs, "name", /^[\w.-]{1,50}$/, "1 to 50 letters, digits, -, _ and .");
        if (choices.every((one) => !isUnknown(inputs[one]) && items(inputs, one).length === 0)) {
            problems.add("resources", `one of ${choices.join(", ")} must choose something`);
        }
        for (const property of ["resources", "notResources"]) {
            const list = texts(inputs, property);
            const malformed = list.filter((one) => one !== "*" && !/^arn:aws[\w-]*:/.test(one));
            if (malformed.length > 0) {
                problems.add(property, `must be ARNs or *, got ${malformed.join(", ")}`);
            }
            if (list.length > 500) {
                problems.add(property, `at most 500 are allowed, got ${list.length}`);
            }
        }
        return problems.found;
    },

    admit(inputs, context) {
        const planId = text(inputs, "planId") ?? "";
        if (context.store.get(planType, context.region, planId) === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Cannot find Backup plan with ID ${planId}`,
            );
        }
        const role = text(inputs, "iamRoleArn") ?? "";
        if (roleTrust(role, "backup.amazonaws.com", context) !== "trusted") {
            throw new AwsError(
                "InvalidParameterValueException",
                `IAM Role ${role} cannot be assumed by AWS Backup`,
            );
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () =>
            context.unique(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
        );
        return { id, outputs: { conditions: [], notResources: [], ...inputs, id } };
    },

    importIds: ({ id, outputs }) => [`${text(outputs, "planId")}|${id}`],
};
