import type { ReportViolation, ResourceValidationPolicy } from "@pulumi/policy";

import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { serviceGuide } from "../../frameworks";
import { type Statement, statementsOf } from "../../policyText";
import { isSet, read, resourcesOfType, show } from "../../support";

interface Config {
    readonly exemptInTrust: readonly Exemption[];
}

/** Where each type keeps the policy that says who may come. */
const policyOf: Readonly<Record<string, string>> = {
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:kms/replicaKey:ReplicaKey": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:backup/vaultPolicy:VaultPolicy": "policy",
};

const permission = "aws:lambda/permission:Permission";

/** Conditions that tie a service's request to somebody; all others say nothing of who stands behind it. */
const ties = /^(aws:source(account|arn|orgid|orgpaths)|kms:(calleraccount|encryptioncontext:.+))$/;

/**
 * A service acts for whoever asks it. Without a condition on whom it acts for, any account's resource can
 * make it act here.
 */
export const servicePrincipals: ResourceValidationPolicy = {
    name: "access-confused-deputy",
    description:
        "A grant to an AWS service must say for whom the service may act, by account or by resource.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: serviceGuide("IAM", "IAM/latest/UserGuide/confused-deputy"),
    tags: ["access", "iam"],
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    remediationSteps:
        "Add a condition on aws:SourceAccount or aws:SourceArn; in a function's Permission, set sourceArn or sourceAccount.",
    configSchema: {
        properties: {
            exemptInTrust: exemptions("services that assume roles", [
                {
                    name: "lambda.amazonaws.com",
                    reason: "sends no source with its request; iam:PassRole keeps other accounts out",
                },
                {
                    name: "s3.amazonaws.com",
                    reason: "sends no source with its request; iam:PassRole keeps other accounts out",
                },
            ]),
        },
    },
    validateResource: resourcesOfType(
        [...Object.keys(policyOf), permission],
        (props, report, args) => {
            if (args.type === permission) {
                judgePermission(props, report);
                return;
            }
            const { exemptInTrust } = args.getConfig<Config>();
            const isTrust = args.type === "aws:iam/role:Role";
            // One that is not known yet is judged in the update.
            const policy = read(() => props[policyOf[args.type] as string]);
            for (const statement of typeof policy === "string" ? statementsOf(policy) : []) {
                if (!statement.allows || isTied(statement) || onlyLooks(statement)) {
                    continue;
                }
                const open = statement.services.filter(
                    (service) => !(isTrust && isExempt(exemptInTrust, service, report)),
                );
                if (open.length > 0) {
                    report(
                        `statement ${statement.name} lets ${open.join(", ")} act for anybody; add a condition on aws:SourceAccount or aws:SourceArn`,
                    );
                }
            }
        },
    ),
};

function judgePermission(props: Readonly<Record<string, unknown>>, report: ReportViolation): void {
    const principal = read(() => props["principal"]);
    const tied = ["sourceArn", "sourceAccount", "principalOrgId"].some((name) =>
        isSet(read(() => props[name])),
    );
    if (typeof principal === "string" && /\.amazonaws\.com$|^\*$/.test(principal) && !tied) {
        report(`${show(principal)} may invoke the function for anybody; set sourceArn`);
    }
}

/** Only what must be equal ties; what must differ, or may be absent, does not. */
function isTied({ conditions }: Statement): boolean {
    return conditions.some(
        ({ operator, key, values }) =>
            ties.test(key) &&
            /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/.test(
                operator,
            ) &&
            values.every((value) => !/^\**$/.test(value)),
    );
}

/** Reading about a key is no use of it, and DynamoDB asks for that without a source. */
function onlyLooks({ actions }: Statement): boolean {
    return actions.length > 0 && actions.every((action) => /^kms:(Describe|Get|List)/.test(action));
}
