import { expect } from "chai";

import { permissions } from "../../../policies/resilience/rules/access/permissions";
import { securityGroups } from "../../../policies/resilience/rules/access/securityGroups";
import { servicePrincipals } from "../../../policies/resilience/rules/access/servicePrincipals";
import { type Given, judgeResource, judgeStack, unknown } from "../support/judge";

const document = (...statements: object[]) =>
    JSON.stringify({ Version: "2012-10-17", Statement: statements });

describe("security groups", () => {
    const balancer: Given = {
        type: "aws:lb/loadBalancer:LoadBalancer",
        name: "balancer",
        props: { securityGroups: ["sg-entrance"] },
    };
    const rule = (props: Record<string, unknown>): Given => ({
        type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        name: "rule",
        props: {
            securityGroupId: "sg-entrance",
            ipProtocol: "tcp",
            fromPort: 443,
            toPort: 443,
            cidrIpv4: "0.0.0.0/0",
            ...props,
        },
        from: { securityGroupId: ["entrance"] },
    });
    const judge = (props: Record<string, unknown>, config = {}) =>
        judgeStack(securityGroups, [balancer, rule(props)], config);

    it("let everybody in to a load balancer's public ports, one at a time", () => {
        expect(judge({})).to.deep.equal([]);
        expect(judge({ fromPort: 80, toPort: 80 })).to.deep.equal([]);
        expect(judge({ fromPort: 22, toPort: 22 })[0]).to.match(/opens port 22-22/);
        expect(judge({ fromPort: 80, toPort: 443 })).to.have.length(1);
        expect(judge({ ipProtocol: "-1", fromPort: 443, toPort: 443 })).to.have.length(1);
        expect(judge({ fromPort: 8443, toPort: 8443 }, { publicPorts: [8443] })).to.deep.equal([]);
    });

    it("let everybody in nowhere else", () => {
        expect(judge({ securityGroupId: "sg-service" })[0]).to.match(/no load balancer's/);
        const ipv6 = { securityGroupId: "sg-service", cidrIpv4: undefined, cidrIpv6: "::/0" };
        expect(judge(ipv6)).to.have.length(1);
    });

    it("may let in some", () => {
        const service = { securityGroupId: "sg-service", cidrIpv4: undefined };
        expect(judge({ ...service, referencedSecurityGroupId: "sg-entrance" })).to.deep.equal([]);
        expect(judge({ ...service, cidrIpv4: "10.0.0.0/16" })).to.deep.equal([]);
        expect(judge({ ...service, cidrIpv4: unknown })).to.deep.equal([]);
    });

    it("are whose they will be, before they have an id", () => {
        const entrance: Given = {
            ...balancer,
            props: { securityGroups: [unknown] },
            from: { securityGroups: ["entrance"] },
        };
        const group: Given = {
            type: "aws:ec2/securityGroup:SecurityGroup",
            name: "entrance",
            props: {},
        };
        const open = rule({ securityGroupId: unknown });
        expect(judgeStack(securityGroups, [entrance, group, open])).to.deep.equal([]);
        expect(judgeStack(securityGroups, [balancer, group, open])).to.have.length(1);
    });

    it("are judged in the older ways of writing them", () => {
        const older = (props: Record<string, unknown>): Given => ({
            type: "aws:ec2/securityGroupRule:SecurityGroupRule",
            props: { securityGroupId: "sg-x", protocol: "tcp", fromPort: 22, toPort: 22, ...props },
        });
        const everybody = { cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"] };
        expect(
            judgeStack(securityGroups, [older({ type: "ingress", ...everybody })]),
        ).to.have.length(1);
        expect(judgeStack(securityGroups, [older({ type: "egress", ...everybody })])).to.deep.equal(
            [],
        );
        const inline = (ingress: object[]): Given => ({
            type: "aws:ec2/securityGroup:SecurityGroup",
            props: { id: "sg-entrance", ingress },
        });
        const https = { protocol: "tcp", fromPort: 443, toPort: 443, ipv6CidrBlocks: ["::/0"] };
        expect(judgeStack(securityGroups, [balancer, inline([https])])).to.deep.equal([]);
        expect(judgeStack(securityGroups, [inline([https])])).to.have.length(1);
    });
});

describe("permissions", () => {
    const judge = (policy: unknown, config = {}) =>
        judgeResource(
            permissions,
            { type: "aws:iam/rolePolicy:RolePolicy", props: { policy } },
            config,
        );
    const allow = {
        Sid: "Read",
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::goods/*",
    };

    it("name actions and resources", () => {
        expect(judge(document(allow))).to.deep.equal([]);
        expect(judge(document({ ...allow, Action: "s3:*" }))[0]).to.match(/"Read" allows "s3:\*"/);
        expect(judge(document({ ...allow, Action: ["s3:GetObject", "*"] }))).to.have.length(1);
        expect(judge(document({ ...allow, Resource: "*" }))[0]).to.match(/on every resource/);
        expect(judge(document({ ...allow, Action: "s3:Get*" }))).to.deep.equal([]);
    });

    it("are no exceptions to everything", () => {
        const { Action, Resource, ...rest } = allow;
        expect(judge(document({ ...rest, Resource, NotAction: Action }))).to.have.length(1);
        expect(judge(document({ ...rest, Action, NotResource: Resource }))).to.have.length(1);
    });

    it("may refuse as much as they like", () => {
        const refuse = { Effect: "Deny", Action: "*", Resource: "*" };
        expect(judge(document(refuse))).to.deep.equal([]);
    });

    it("may leave out what is stated, with a reason", () => {
        const login = { ...allow, Action: "ecr:GetAuthorizationToken", Resource: "*" };
        expect(judge(document(login))).to.deep.equal([]);
        const both = { ...login, Action: ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"] };
        expect(judge(document(both))).to.have.length(1);
        const anyAction = [
            { name: "s3:*", reason: "the one who empties buckets", until: "9999-12-31" },
        ];
        expect(judge(document({ ...allow, Action: "s3:*" }), { anyAction })).to.deep.equal([]);
    });

    it("are found in a role's own blocks, and among AWS's", () => {
        const role = (props: Record<string, unknown>) =>
            judgeResource(permissions, { type: "aws:iam/role:Role", props });
        const wide = document({ ...allow, Action: "*" });
        expect(role({ inlinePolicies: [{ name: "a", policy: wide }] })).to.have.length(1);
        const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
        expect(role({ managedPolicyArns: [administrator] })[0]).to.match(/AdministratorAccess/);
        const attached = (policyArn: unknown) =>
            judgeResource(permissions, {
                type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                props: { policyArn },
            });
        expect(attached("arn:aws:iam::aws:policy/AmazonS3FullAccess")).to.have.length(1);
        expect(attached("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")).to.deep.equal([]);
        expect(attached(unknown)).to.deep.equal([]);
    });

    it("are judged in the update when they are not known before", () => {
        expect(judge(unknown)).to.deep.equal([]);
    });
});

describe("grants to services", () => {
    const grant = (service: string, Condition?: object) => ({
        Sid: "Act",
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sns:Publish",
        Resource: "*",
        ...(Condition === undefined ? {} : { Condition }),
    });
    const account = { StringEquals: { "aws:SourceAccount": "111122223333" } };
    const topic = (policy: unknown) =>
        judgeResource(servicePrincipals, {
            type: "aws:sns/topicPolicy:TopicPolicy",
            props: { policy },
        });
    const role = (assumeRolePolicy: unknown) =>
        judgeResource(servicePrincipals, {
            type: "aws:iam/role:Role",
            props: { assumeRolePolicy },
        });

    it("say for whom the service acts", () => {
        const arn = { ArnLike: { "aws:SourceArn": "arn:aws:s3:::goods" } };
        expect(topic(document(grant("s3.amazonaws.com", account)))).to.deep.equal([]);
        expect(topic(document(grant("s3.amazonaws.com", arn)))).to.deep.equal([]);
        expect(topic(document(grant("s3.amazonaws.com")))[0]).to.match(
            /"Act" lets s3.amazonaws.com act for anybody/,
        );
    });

    it("are not tied by what ties nothing", () => {
        for (const condition of [
            { StringLike: { "aws:SourceArn": "*" } },
            { StringNotEquals: { "aws:SourceAccount": "111122223333" } },
            { StringEqualsIfExists: { "aws:SourceAccount": "111122223333" } },
            { Bool: { "aws:SecureTransport": "true" } },
            {},
        ]) {
            expect(topic(document(grant("s3.amazonaws.com", condition)))).to.have.length(1);
        }
    });

    it("are no matter of others' grants, nor of refusals", () => {
        const root = { AWS: "arn:aws:iam::111122223333:root" };
        expect(topic(document({ ...grant(""), Principal: root }))).to.deep.equal([]);
        expect(topic(document({ ...grant("s3.amazonaws.com"), Effect: "Deny" }))).to.deep.equal([]);
        expect(topic(unknown)).to.deep.equal([]);
    });

    it("may trust blindly where the service sends no source, and only a role may", () => {
        expect(role(document(grant("lambda.amazonaws.com")))).to.deep.equal([]);
        expect(role(document(grant("ecs-tasks.amazonaws.com")))).to.have.length(1);
        expect(role(document(grant("ecs-tasks.amazonaws.com", account)))).to.deep.equal([]);
        expect(topic(document(grant("lambda.amazonaws.com")))).to.have.length(1);
    });

    it("may let a service read about a key, and not use it", () => {
        const key = (...Action: string[]) =>
            judgeResource(servicePrincipals, {
                type: "aws:kms/key:Key",
                props: { policy: document({ ...grant("dynamodb.amazonaws.com"), Action }) },
            });
        expect(key("kms:Describe*", "kms:Get*", "kms:List*")).to.deep.equal([]);
        expect(key("kms:Describe*", "kms:Decrypt")).to.have.length(1);
        expect(key()).to.have.length(1);
    });

    it("say it in a function's permission as well", () => {
        const permission = (props: Record<string, unknown>) =>
            judgeResource(servicePrincipals, { type: "aws:lambda/permission:Permission", props });
        const principal = "events.amazonaws.com";
        expect(permission({ principal, sourceArn: "arn:rule" })).to.deep.equal([]);
        expect(permission({ principal, sourceArn: unknown })).to.deep.equal([]);
        expect(permission({ principal, sourceAccount: "111122223333" })).to.deep.equal([]);
        expect(permission({ principal })[0]).to.match(/set sourceArn/);
        expect(permission({ principal: "*" })).to.have.length(1);
        expect(permission({ principal: "111122223333" })).to.deep.equal([]);
    });
});
