import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { onBehalfOf, policyDocument, type Statement } from "./policyDocument";

export interface WorkloadRoleArgs {
    readonly accountId: string;
    /** IAM is global: the name has to say which region the role is for. At most 64 characters. */
    readonly roleName: string;
    /** Who may assume it, such as `ecs-tasks.amazonaws.com`. */
    readonly service: string;
    /** Everything it may do. */
    readonly statements: readonly Statement[];
}

/** A role for one service and one purpose, with one inline policy and no managed ones. */
export class WorkloadRole extends pulumi.ComponentResource {
    /** Known only once the policy is attached: who uses the role early would be refused. */
    readonly arn: pulumi.Output<string>;
    readonly roleName: pulumi.Output<string>;

    constructor(name: string, args: WorkloadRoleArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:WorkloadRole", name, {}, opts);

        const role = new iam.Role(
            name,
            {
                name: args.roleName,
                assumeRolePolicy: policyDocument([
                    {
                        Sid: "Assume",
                        Effect: "Allow",
                        Principal: { Service: args.service },
                        Action: "sts:AssumeRole",
                        // Lambda and S3 send no source with their request; iam:PassRole keeps others out there.
                        ...(["lambda.amazonaws.com", "s3.amazonaws.com"].includes(args.service)
                            ? {}
                            : { Condition: onBehalfOf(args.accountId) }),
                    },
                ]),
            },
            { parent: this },
        );
        const policy = new iam.RolePolicy(
            `${name}-policy`,
            { role: role.name, name: "permissions", policy: policyDocument(args.statements) },
            { parent: this },
        );

        this.arn = pulumi.all([role.arn, policy.id]).apply(([arn]) => arn);
        this.roleName = role.name;
        this.registerOutputs({ arn: this.arn, roleName: this.roleName });
    }
}
