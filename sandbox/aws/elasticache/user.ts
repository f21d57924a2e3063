import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, flag, given, record, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { engines } from "./engines";
import { checkIdentifier } from "./names";
import { tokens } from "./tokens";

/** Words of an access string: `on`, `off`, key patterns, channels, commands and categories. */
const accessWord =
    /^(on|off|resetchannels|allkeys|allcommands|nocommands|[+-]@?[\w|-]+|%?[RW]*~\S+|&\S+)$/;

/**
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUser.html
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html#Access-string
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html#auth-iam-limits
 */
export const userType: ResourceType = {
    type: tokens.user,
    service: "elasticache",
    home: "regional",
    actions: {
        create: "CreateUser",
        read: "DescribeUsers",
        update: "ModifyUser",
        delete: "DeleteUser",
    },
    inputs: [
        "accessString",
        "authenticationMode",
        "engine",
        "noPasswordRequired",
        "passwords",
        "passwordsWo",
        "passwordsWoVersion",
        "tags",
        "userId",
        "userName",
    ],
    required: ["accessString", "engine", "userId", "userName"],
    replaceOn: ["userId", "userName"],
    defaults: { noPasswordRequired: false },
    computed: ["arn"],

    check(inputs) {
        const problems = new Problems();
        checkIdentifier(problems, inputs, "userId", 40);
        if (text(inputs, "userId")?.toLowerCase() === "default") {
            problems.add("userId", 'must not be "default", which AWS keeps for itself');
        }
        problems.oneOf(inputs, "engine", engines);
        problems.matches(inputs, "userName", /^\S{1,120}$/, "must have 1 to 120 characters");
        const access = text(inputs, "accessString");
        const wrong = access?.split(/\s+/).find((word) => word !== "" && !accessWord.test(word));
        if (wrong !== undefined) {
            problems.add("accessString", `Invalid access string: unknown word "${wrong}"`);
        }
        checkAuthentication(inputs, problems);
        return problems.found;
    },

    admit(inputs, context, current) {
        const id = text(inputs, "userId") ?? "";
        if (
            current === undefined &&
            context.store.get(tokens.user, context.region, id) !== undefined
        ) {
            throw new AwsError("UserAlreadyExists", `User ${id} already exists.`);
        }
    },

    compute(inputs, context) {
        const id = text(inputs, "userId") ?? "";
        return {
            id,
            outputs: { ...inputs, arn: arn("elasticache", context, `user:${id}`) },
        };
    },
};

function checkAuthentication(inputs: Readonly<Record<string, unknown>>, problems: Problems): void {
    const ways = ["authenticationMode", "passwords", "passwordsWo"].filter((property) =>
        given(inputs, property),
    );
    if (flag(inputs, "noPasswordRequired") === true) {
        ways.push("noPasswordRequired");
    }
    if (ways.length !== 1) {
        problems.add(
            ways[1] ?? "authenticationMode",
            `exactly one of authenticationMode, passwords, passwordsWo, noPasswordRequired must be set, got ${ways.join(" and ") || "none"}`,
        );
    }
    const mode = record(inputs, "authenticationMode");
    const kind = text(mode, "type");
    if (mode !== undefined) {
        problems.oneOf(
            mode,
            "type",
            ["iam", "no-password-required", "password"],
            "authenticationMode.",
        );
    }
    const [userId, userName] = [text(inputs, "userId"), text(inputs, "userName")];
    if (kind === "iam" && userId !== undefined && userName !== undefined && userId !== userName) {
        problems.add(
            "userName",
            `an IAM user's name and id must be the same, got ${userName} and ${userId}`,
        );
    }
    const passwords = [...texts(inputs, "passwords"), ...texts(mode, "passwords")];
    if (passwords.length > 2 || passwords.some(({ length }) => length < 16 || length > 128)) {
        problems.add("passwords", "must be 1 or 2 passwords of 16 to 128 characters");
    }
    if (kind === "password" && passwords.length === 0 && !given(mode ?? {}, "passwords")) {
        problems.add("authenticationMode.passwords", "must be set when the type is password");
    }
}
