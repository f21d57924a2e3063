import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { text } from "../support/known";
import { Problems } from "../support/problems";
import { refuseMissingFunction } from "./targets";

const permissionType = "aws:lambda/permission:Permission";

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html */
export const permission: ResourceType = {
    type: permissionType,
    service: "lambda",
    home: "regional",
    actions: {
        create: "AddPermission",
        read: "GetPolicy",
        update: "AddPermission",
        delete: "RemovePermission",
    },
    inputs: [
        "action",
        "eventSourceToken",
        "function",
        "functionUrlAuthType",
        "invokedViaFunctionUrl",
        "principal",
        "principalOrgId",
        "qualifier",
        "sourceAccount",
        "sourceArn",
        "statementId",
        "statementIdPrefix",
    ],
    required: ["action", "function", "principal"],
    replaceOn: [
        "action",
        "eventSourceToken",
        "function",
        "functionUrlAuthType",
        "invokedViaFunctionUrl",
        "principal",
        "principalOrgId",
        "qualifier",
        "sourceAccount",
        "sourceArn",
        "statementId",
        "statementIdPrefix",
    ],
    autoname: { property: "statementId", maxLength: 100 },
    computed: [],
    check: (inputs) => {
        const problems = new Problems();
        problems.matches(
            inputs,
            "action",
            /^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/,
            "must be a lambda: action",
        );
        problems.matches(
            inputs,
            "statementId",
            /^[\w-]{1,100}$/,
            "1 to 100 letters, digits, hyphens or underscores",
        );
        problems.matches(inputs, "sourceAccount", /^\d{12}$/, "must be an account id of 12 digits");
        problems.matches(
            inputs,
            "sourceArn",
            /^arn:aws:[a-zA-Z0-9-]+:[a-z0-9-]*:(\d{12})?:.+$/,
            "must be an ARN",
        );
        problems.matches(
            inputs,
            "principal",
            /^([*]|\d{12}|arn:aws:iam::.+|[a-z0-9.-]+\.amazonaws\.com)$/,
            "must be a service, an account or an IAM ARN",
        );
        return problems.found;
    },
    admit: (inputs, context) => {
        const target = refuseMissingFunction(text(inputs, "function") ?? "", context);
        const statement = text(inputs, "statementId") ?? "";
        if (context.store.get(permissionType, context.region, `${target.id}/${statement}`)) {
            throw new AwsError(
                "ResourceConflictException",
                `The statement id (${statement}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
                409,
            );
        }
    },
    compute: (inputs, context) => {
        const target = refuseMissingFunction(text(inputs, "function") ?? "", context);
        return { id: `${target.id}/${text(inputs, "statementId")}`, outputs: inputs };
    },
    importIds: ({ outputs }) => [`${text(outputs, "function")}/${text(outputs, "statementId")}`],
};
