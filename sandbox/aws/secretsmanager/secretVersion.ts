import type { Props } from "../../world/store";
import type { Problem, ResourceType } from "../resourceType";
import { given, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { uuid } from "../support/uuid";
import { mostSecretBytes, refuseMissingSecret, secretVersionToken } from "./tokens";

const values = ["secretString", "secretBinary", "secretStringWo"];

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.exactlyOne(inputs, values);
    if (given(inputs, "secretStringWo") && !given(inputs, "secretStringWoVersion")) {
        problems.add(
            "secretStringWoVersion",
            "required with secretStringWo: the value itself is compared with nothing",
        );
    }
    for (const property of values) {
        const value = text(inputs, property);
        if (value !== undefined && Buffer.byteLength(value) > mostSecretBytes) {
            problems.add(property, `at most ${mostSecretBytes} bytes`);
        }
    }
    if (texts(inputs, "versionStages").length > 20) {
        problems.add("versionStages", "at most 20 staging labels");
    }
    return problems.found;
}

export const secretVersion: ResourceType = {
    type: secretVersionToken,
    service: "secretsmanager",
    home: "regional",
    actions: {
        create: "PutSecretValue",
        read: "GetSecretValue",
        update: "UpdateSecretVersionStage",
        delete: "UpdateSecretVersionStage",
    },
    inputs: [
        "secretBinary",
        "secretId",
        "secretString",
        "secretStringWo",
        "secretStringWoVersion",
        "versionStages",
    ],
    required: ["secretId"],
    replaceOn: ["secretBinary", "secretId", "secretString", "secretStringWoVersion"],
    unordered: ["versionStages"],
    computed: ["arn", "hasSecretStringWo", "secretArn", "versionId", "versionStages"],
    check,
    admit: (inputs, context) => {
        refuseMissingSecret(text(inputs, "secretId") ?? "", context);
    },
    compute: (inputs, context, current) => {
        const versionId = text(current, "versionId") ?? uuid(context.unique(32));
        const secretArn = text(current, "secretArn") ?? text(inputs, "secretId") ?? "";
        return {
            id: `${secretArn}|${versionId}`,
            outputs: {
                versionStages: ["AWSCURRENT"],
                ...inputs,
                arn: secretArn,
                secretArn,
                versionId,
                hasSecretStringWo: given(inputs, "secretStringWo"),
            },
        };
    },
};
