import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { engineOf, engines } from "./engines";
import { checkIdentifier } from "./names";
import { tokens } from "./tokens";

/** Most users of a group: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html */
const mostUsers = 100;

/** @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUserGroup.html */
export const userGroupType: ResourceType = {
    type: tokens.userGroup,
    service: "elasticache",
    home: "regional",
    actions: {
        create: "CreateUserGroup",
        read: "DescribeUserGroups",
        update: "ModifyUserGroup",
        delete: "DeleteUserGroup",
    },
    inputs: ["engine", "tags", "userGroupId", "userIds"],
    required: ["engine", "userGroupId"],
    replaceOn: ["userGroupId"],
    unordered: ["userIds"],
    computed: ["arn"],

    check(inputs) {
        const problems = new Problems();
        checkIdentifier(problems, inputs, "userGroupId", 40);
        problems.oneOf(inputs, "engine", engines);
        const users = texts(inputs, "userIds");
        if (users.length > mostUsers) {
            problems.add("userIds", `at most ${mostUsers} users are allowed, got ${users.length}`);
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const id = text(inputs, "userGroupId") ?? "";
        if (
            current === undefined &&
            context.store.get(tokens.userGroup, context.region, id) !== undefined
        ) {
            throw new AwsError("UserGroupAlreadyExists", `User Group ${id} already exists.`);
        }
        const names = texts(inputs, "userIds").map((userId) => {
            // The account has one from the start: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
            if (userId === "default") {
                return "default";
            }
            const user = context.store.get(tokens.user, context.region, userId);
            if (user === undefined) {
                throw new AwsError("UserNotFound", `User ${userId} not found.`, 404);
            }
            return text(user.outputs, "userName") ?? "";
        });
        const twice = names.find((name, index) => names.indexOf(name) !== index);
        if (twice !== undefined) {
            throw new AwsError(
                "DuplicateUserName",
                `User group ${id} would hold two users with the name ${twice}.`,
            );
        }
        if (engineOf(text(inputs, "engine")) === "redis" && !names.includes("default")) {
            throw new AwsError(
                "DefaultUserRequired",
                `User group ${id} must contain a user with the user name default.`,
            );
        }
    },

    compute(inputs, context) {
        const id = text(inputs, "userGroupId") ?? "";
        return {
            id,
            outputs: { ...inputs, arn: arn("elasticache", context, `usergroup:${id}`) },
        };
    },

    refuseDelete(outputs, context) {
        const id = text(outputs, "userGroupId") ?? "";
        const holder = context.store
            .list(tokens.replicationGroup, context.region)
            .find((group) => texts(group.outputs, "userGroupIds").includes(id));
        if (holder !== undefined) {
            throw new AwsError(
                "InvalidUserGroupState",
                `User group ${id} is attached to replication group ${holder.id}.`,
            );
        }
    },
};
