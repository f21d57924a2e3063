import type { Access } from "./accessString";
import type { Keyspace, Write } from "./keyspace";
import type { ProtocolVersion, Reply } from "./replies";

/** One client's connection, as commands see and change it. */
export interface Session {
    version: ProtocolVersion;
    /** Undefined until the client has said who it is, where it has to. */
    access: Access | undefined;
    /** Says why nobody is let in by that name and password; undefined when somebody is. */
    authenticate(user: string, password: string): string | undefined;
}

/** The cluster a command runs on. */
export interface Cluster {
    readonly keyspace: Keyspace;
    readonly role: "primary" | "secondary";
    readonly engineVersion: string;
    nowMs(): number;
    write(write: Write): void;
    /** Keeps count of a lookup. */
    looked(found: boolean): void;
}

type Args = readonly string[];
type Run = (args: Args, cluster: Cluster, session: Session, raw: readonly Buffer[]) => Reply;

interface Command {
    readonly run: Run;
    /** Fewest and most arguments. */
    readonly arity: readonly [least: number, most: number];
    readonly writes?: true;
    /** Which arguments are keys. @default none */
    readonly keys?: (args: Args) => Args;
}

const ok: Reply = { status: "OK" };
const firstKey = (args: Args): Args => args.slice(0, 1);
const everyKey = (args: Args): Args => args;
const many = Number.POSITIVE_INFINITY;
const syntaxError: Reply = { error: "ERR syntax error" };
const notAnInteger: Reply = { error: "ERR value is not an integer or out of range" };

/** @see https://redis.io/docs/latest/commands/ */
const commands: Readonly<Record<string, Command>> = {
    ping: { run: ([text]) => (text === undefined ? { status: "PONG" } : text), arity: [0, 1] },
    quit: { run: () => ok, arity: [0, 0] },
    select: {
        run: ([index]) => (index === "0" ? ok : { error: "ERR DB index is out of range" }),
        arity: [1, 1],
    },
    auth: { run: auth, arity: [1, 2] },
    hello: { run: hello, arity: [0, many] },
    client: { run: client, arity: [1, many] },
    info: { run: info, arity: [0, many] },
    get: {
        run: ([key = ""], cluster) => lookUp(cluster, key),
        arity: [1, 1],
        keys: firstKey,
    },
    mget: {
        run: (keys, cluster) => keys.map((key) => lookUp(cluster, key)),
        arity: [1, many],
        keys: everyKey,
    },
    exists: {
        run: (keys, { keyspace }) => keys.filter((key) => keyspace.get(key) !== undefined).length,
        arity: [1, many],
        keys: everyKey,
    },
    set: { run: set, arity: [2, many], writes: true, keys: firstKey },
    del: { run: del, arity: [1, many], writes: true, keys: everyKey },
    incr: { run: incr, arity: [1, 1], writes: true, keys: firstKey },
    expire: { run: expire, arity: [2, 2], writes: true, keys: firstKey },
    ttl: { run: ttl, arity: [1, 1], keys: firstKey },
};

/** Runs a command as it came over the wire, name first. */
export function runCommand(words: readonly Buffer[], cluster: Cluster, session: Session): Reply {
    const [name = "", ...args] = words.map((word) => word.toString("utf8"));
    const lower = name.toLowerCase();
    const command = Object.hasOwn(commands, lower) ? commands[lower] : undefined;
    if (session.access === undefined && !["auth", "hello", "quit"].includes(lower)) {
        return { error: "NOAUTH Authentication required." };
    }
    if (command === undefined) {
        return { error: `ERR unknown command '${name}', with args beginning with: ` };
    }
    const [least, most] = command.arity;
    if (args.length < least || args.length > most) {
        return { error: `ERR wrong number of arguments for '${lower}' command` };
    }
    if (session.access?.mayRun(lower) === false) {
        return { error: `NOPERM this user has no permissions to run the '${lower}' command` };
    }
    if (command.keys?.(args).some((key) => session.access?.mayTouch(key) !== true) === true) {
        return { error: "NOPERM No permissions to access a key" };
    }
    if (command.writes === true && cluster.role === "secondary") {
        return { error: "READONLY You can't write against a read only replica." };
    }
    return command.run(args, cluster, session, words.slice(1));
}

function lookUp(cluster: Cluster, key: string): Reply {
    const value = cluster.keyspace.get(key);
    cluster.looked(value !== undefined);
    return value ?? null;
}

function set(args: Args, cluster: Cluster, _session: Session, raw: readonly Buffer[]): Reply {
    const [key = ""] = args;
    let expiresAtMs: number | undefined;
    let onlyNew = false;
    for (let at = 2; at < args.length; at++) {
        const option = args[at]?.toUpperCase();
        const amount = Number(args[at + 1]);
        if (option === "NX") {
            onlyNew = true;
        } else if ((option === "EX" || option === "PX") && expiresAtMs === undefined) {
            if (!Number.isInteger(amount)) {
                return notAnInteger;
            }
            if (amount <= 0) {
                return { error: "ERR invalid expire time in 'set' command" };
            }
            expiresAtMs = cluster.nowMs() + amount * (option === "EX" ? 1000 : 1);
            at++;
        } else {
            return syntaxError;
        }
    }
    if (onlyNew && cluster.keyspace.get(key) !== undefined) {
        return null;
    }
    cluster.write({
        key,
        value: raw[1] ?? Buffer.alloc(0),
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    });
    return ok;
}

function del(keys: Args, cluster: Cluster): Reply {
    const found = keys.filter((key) => cluster.keyspace.get(key) !== undefined);
    found.forEach((key) => cluster.write({ key, value: undefined }));
    return new Set(found).size;
}

function incr([key = ""]: Args, cluster: Cluster): Reply {
    const text = cluster.keyspace.get(key)?.toString("utf8") ?? "0";
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(Number(text) + 1)) {
        return notAnInteger;
    }
    const value = Number(text) + 1;
    const expiresAtMs = cluster.keyspace.expiresAtMs(key);
    cluster.write({
        key,
        value: Buffer.from(String(value)),
        ...(typeof expiresAtMs === "number" ? { expiresAtMs } : {}),
    });
    return value;
}

function expire([key = "", seconds]: Args, cluster: Cluster): Reply {
    const value = cluster.keyspace.get(key);
    const amount = Number(seconds);
    if (!Number.isInteger(amount)) {
        return notAnInteger;
    }
    if (value === undefined) {
        return 0;
    }
    // A time in the past deletes: https://redis.io/docs/latest/commands/expire/
    cluster.write(
        amount <= 0
            ? { key, value: undefined }
            : { key, value, expiresAtMs: cluster.nowMs() + amount * 1000 },
    );
    return 1;
}

function ttl([key = ""]: Args, cluster: Cluster): Reply {
    const expiresAtMs = cluster.keyspace.expiresAtMs(key);
    return expiresAtMs === undefined
        ? -2
        : expiresAtMs === null
          ? -1
          : Math.round((expiresAtMs - cluster.nowMs()) / 1000);
}

function auth(args: Args, _cluster: Cluster, session: Session): Reply {
    const [user = "", password = ""] = args.length === 1 ? ["default", ...args] : args;
    const problem = session.authenticate(user, password);
    return problem === undefined ? ok : { error: problem };
}

/** @see https://redis.io/docs/latest/commands/hello/ */
function hello(args: Args, cluster: Cluster, session: Session): Reply {
    const [version, ...options] = args;
    if (version !== undefined && version !== "2" && version !== "3") {
        return { error: "NOPROTO unsupported protocol version" };
    }
    for (let at = 0; at < options.length; at++) {
        const option = options[at]?.toUpperCase();
        if (option === "AUTH") {
            const problem = session.authenticate(options[at + 1] ?? "", options[at + 2] ?? "");
            if (problem !== undefined) {
                return { error: problem };
            }
            at += 2;
        } else if (option === "SETNAME") {
            at++;
        } else {
            return { error: `ERR Syntax error in HELLO option '${options[at]}'` };
        }
    }
    if (session.access === undefined) {
        return { error: "NOAUTH HELLO must be called with the client already authenticated" };
    }
    session.version = version === "3" ? 3 : version === "2" ? 2 : session.version;
    return {
        pairs: [
            ["server", "redis"],
            ["version", cluster.engineVersion],
            ["proto", session.version],
            ["mode", "standalone"],
            ["role", cluster.role === "primary" ? "master" : "replica"],
            ["modules", []],
        ],
    };
}

function client(args: Args): Reply {
    const [what = ""] = args;
    return ["SETINFO", "SETNAME", "NO-EVICT", "NO-TOUCH"].includes(what.toUpperCase())
        ? ok
        : { error: `ERR unknown subcommand '${what}'. Try CLIENT HELP.` };
}

function info(_args: Args, cluster: Cluster): Reply {
    return [
        "# Server",
        `redis_version:${cluster.engineVersion}`,
        "# Replication",
        `role:${cluster.role === "primary" ? "master" : "slave"}`,
        "# Keyspace",
        `db0:keys=${cluster.keyspace.entries().length}`,
        "",
    ].join("\r\n");
}
