import { flag, text } from "../../aws/support/known";
import { signerOf, tokenProblem } from "../connectToken";
import { roleAllows } from "../permissions";
import type { StoredResource } from "../store";
import type { World } from "../world";
import { superuser, type PostgresServer } from "./postgres";

/** Who wants to use a cluster, and what they show. */
export interface SignIn {
    readonly user: string;
    readonly password: string;
    /** Endpoint with its port, as the client knows it. */
    readonly host: string;
}

/** Why PostgreSQL on RDS lets somebody not in, in its words; undefined when it does. */
export interface Refusal {
    /** SQLSTATE. */
    readonly code: string;
    readonly message: string;
    /** For the log of the cluster alone. */
    readonly why: string;
}

const taskService = "ecs-tasks.amazonaws.com";

/**
 * Judges a sign-in as RDS does: members of `rds_iam` show a token, which has to be signed for this
 * endpoint, region and user by a role that may `rds-db:connect` to it. Whoever else there is would show a
 * password, and the world knows none: the master user's is made up and never told.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
 */
export async function refuseSignIn(
    world: World,
    cluster: StoredResource,
    server: PostgresServer,
    { user, password, host }: SignIn,
): Promise<Refusal | undefined> {
    if (!(await server.isIamUser(user))) {
        return {
            code: "28P01",
            message: `password authentication failed for user "${user}"`,
            why: user === superuser ? "it is RDS's own user" : "it is no member of rds_iam",
        };
    }
    const { region } = cluster;
    const refused = (why: string): Refusal => ({
        code: "28000",
        message: `PAM authentication failed for user "${user}"`,
        why,
    });
    if (flag(cluster.outputs, "iamDatabaseAuthenticationEnabled") !== true) {
        return refused("IAM database authentication is off");
    }
    const problem = tokenProblem(password, {
        service: "rds-db",
        host,
        region,
        userParameter: "DBUser",
        user,
        nowMs: world.clock.now(),
    });
    if (problem !== undefined) {
        return refused(`the token: ${problem}`);
    }
    const resource = `arn:aws:rds-db:${region}:${world.accountId}:dbuser:${text(cluster.outputs, "clusterResourceId")}/${user}`;
    return roleAllows(world, signerOf(password), taskService, "rds-db:connect", resource)
        ? undefined
        : refused(`${signerOf(password)} is not authorized to rds-db:connect to ${resource}`);
}
