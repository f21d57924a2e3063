import { z } from "zod";

import { tokens } from "../../aws/elasticache/tokens";
import { tokenProblem } from "../connectToken";
import type { Store, StoredResource } from "../store";
import { parseAccess, type Access } from "./accessString";
import type { Session } from "./commands";

const groupSchema = z.object({
    engineVersion: z.string(),
    transitEncryptionEnabled: z.boolean().default(false),
    primaryEndpointAddress: z.string(),
    readerEndpointAddress: z.string(),
    userGroupIds: z.array(z.string()).default([]),
    authToken: z.string().optional(),
});
const userGroupSchema = z.object({ userIds: z.array(z.string()).default([]) });
const userSchema = z.object({
    userName: z.string(),
    accessString: z.string(),
    noPasswordRequired: z.boolean().default(false),
    passwords: z.array(z.string()).default([]),
    authenticationMode: z
        .object({ type: z.string(), passwords: z.array(z.string()).default([]) })
        .optional(),
});

export type GroupDefinition = z.infer<typeof groupSchema>;

export function groupDefinition(resource: StoredResource): GroupDefinition {
    return groupSchema.parse(resource.outputs);
}

const everything = parseAccess("on allkeys allcommands");
const wrong = "WRONGPASS invalid username-password pair or user is disabled.";

/** A new client's session with a group: nobody yet, unless nobody has to say who they are. */
export function newSession(store: Store, resource: StoredResource, nowMs: () => number): Session {
    const { userGroupIds, authToken } = groupDefinition(resource);
    const open = userGroupIds.length === 0 && authToken === undefined;
    const session: Session = {
        version: 2,
        access: open ? everything : undefined,
        authenticate: (user, password) => {
            const access =
                authToken === undefined
                    ? accessOf(store, resource, user, password, nowMs())
                    : password === authToken && user === "default"
                      ? everything
                      : wrong;
            if (typeof access === "string") {
                return access;
            }
            session.access = access;
            return undefined;
        },
    };
    return session;
}

/** What the user may do, or why it is not let in. Groups and users count as they are now. */
function accessOf(
    store: Store,
    { region, id, outputs }: StoredResource,
    name: string,
    password: string,
    nowMs: number,
): Access | string {
    const [groupId = ""] = groupSchema.parse(outputs).userGroupIds;
    const group = store.get(tokens.userGroup, region, groupId);
    const users = userGroupSchema.parse(group?.outputs ?? {}).userIds.flatMap((userId) => {
        const user = store.get(tokens.user, region, userId);
        return user === undefined ? [] : [userSchema.parse(user.outputs)];
    });
    const user = users.find(({ userName }) => userName === name);
    const access = parseAccess(user?.accessString ?? "off");
    if (user === undefined || !access.enabled) {
        return wrong;
    }
    if (user.authenticationMode?.type === "iam") {
        const target = { service: "elasticache", host: id, userParameter: "User" } as const;
        const problem = tokenProblem(password, { ...target, region, user: name, nowMs });
        return problem === undefined ? access : `${wrong} The token: ${problem}`;
    }
    const passwords = [...user.passwords, ...(user.authenticationMode?.passwords ?? [])];
    return user.noPasswordRequired || passwords.includes(password) ? access : wrong;
}
