import type { ResourceType } from "../resourceType";
import { flag, text } from "../support/known";
import { refuseSecretPolicy } from "./policyRules";
import { refuseMissingSecret, secretPolicyToken } from "./tokens";

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html */
export const secretPolicy: ResourceType = {
    type: secretPolicyToken,
    service: "secretsmanager",
    home: "regional",
    actions: {
        create: "PutResourcePolicy",
        read: "GetResourcePolicy",
        update: "PutResourcePolicy",
        delete: "DeleteResourcePolicy",
    },
    inputs: ["blockPublicPolicy", "policy", "secretArn"],
    required: ["policy", "secretArn"],
    replaceOn: ["secretArn"],
    documents: ["policy"],
    upsert: true,
    computed: [],
    admit: (inputs, context) => {
        refuseMissingSecret(text(inputs, "secretArn") ?? "", context);
        refuseSecretPolicy(
            text(inputs, "policy") ?? "",
            context,
            flag(inputs, "blockPublicPolicy") === true,
        );
    },
    compute: (inputs) => ({ id: text(inputs, "secretArn") ?? "", outputs: inputs }),
};
