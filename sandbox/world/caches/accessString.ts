/**
 * What a user may do, from an access string such as `on ~catalogue:* -@all +get`. Rules count in their
 * order, the last one that speaks of a command decides.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html#Access-string
 */
export interface Access {
    readonly enabled: boolean;
    mayRun(command: string): boolean;
    mayTouch(key: string): boolean;
}

const categories: Readonly<Record<string, readonly string[]>> = {
    read: ["get", "mget", "ttl", "exists"],
    write: ["set", "del", "expire", "incr"],
    connection: ["auth", "hello", "ping", "client", "quit", "select"],
    dangerous: ["info", "flushall"],
};

/** Before a user is known, and for every user: https://redis.io/docs/latest/commands/auth/ */
const always = ["auth", "hello", "quit"];

export function parseAccess(accessString: string): Access {
    const words = accessString.split(/\s+/).filter((word) => word !== "");
    const patterns = words.flatMap((word) =>
        word === "allkeys" ? ["*"] : word.startsWith("~") ? [word.slice(1)] : [],
    );
    const latestFirst = words
        .filter((word) => /^[+-]/.test(word) || /^(all|no)commands$/.test(word))
        .reverse();
    return {
        enabled: words.lastIndexOf("on") > words.lastIndexOf("off"),
        mayRun: (command) => {
            const decisive = latestFirst.find((rule) => speaksOf(rule, command));
            return (
                always.includes(command) || (decisive !== undefined && !/^(-|no)/.test(decisive))
            );
        },
        mayTouch: (key) => patterns.some((pattern) => glob(pattern).test(key)),
    };
}

function speaksOf(rule: string, command: string): boolean {
    if (/^(all|no)commands$/.test(rule) || rule.endsWith("@all")) {
        return true;
    }
    const name = rule.slice(1);
    return name.startsWith("@")
        ? (categories[name.slice(1)]?.includes(command) ?? false)
        : name.split("|")[0] === command;
}

function glob(pattern: string): RegExp {
    const source = pattern.replace(/[.+^${}()|\\]/g, "\\$&").replaceAll("*", ".*");
    return new RegExp(`^${source.replaceAll("?", ".")}$`, "s");
}
