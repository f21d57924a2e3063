import dns from "node:dns";
import net from "node:net";

import type { InsideSettings } from "./settings";

type LookupCallback = (
    error: NodeJS.ErrnoException | null,
    address?: string | dns.LookupAddress[],
    family?: number,
) => void;

/**
 * Makes every way of resolving a name ask the world's DNS, from the program's own address: the
 * resolver classes, the module's functions and `lookup`, which sockets use.
 *
 * @returns a function that tells how many lookups wait for their answer
 */
export function patchNames(settings: InsideSettings): () => number {
    const server = `${settings.dns.address}:${settings.dns.port}`;

    const aim = (resolver: dns.Resolver | dns.promises.Resolver): void => {
        resolver.setServers([server]);
        resolver.setLocalAddress(settings.egress);
    };
    class WorldResolver extends dns.Resolver {
        constructor(options?: dns.ResolverOptions) {
            super(options);
            aim(this);
        }
    }
    class WorldPromisesResolver extends dns.promises.Resolver {
        constructor(options?: dns.ResolverOptions) {
            super(options);
            aim(this);
        }
    }
    const resolver = new WorldResolver();
    const promisesResolver = new WorldPromisesResolver();

    replace(dns, "Resolver", WorldResolver);
    replace(dns.promises, "Resolver", WorldPromisesResolver);
    for (const name of Object.keys(dns).filter((key) => /^(resolve|reverse)/.test(key))) {
        bind(dns, resolver, name);
        bind(dns.promises, promisesResolver, name);
    }

    let pending = 0;
    const find = async (
        hostname: string,
        options: dns.LookupOptions,
    ): Promise<dns.LookupAddress[]> => {
        const literal = net.isIP(hostname);
        if (literal !== 0) {
            return [{ address: hostname, family: literal }];
        }
        if (hostname === "localhost") {
            return [{ address: "127.0.0.1", family: 4 }];
        }
        pending++;
        // The world is IPv4 underneath; its IPv6 addresses are the mapped ones, and no better.
        const six = options.family === 6 || options.family === "IPv6";
        try {
            const found = await (six
                ? promisesResolver.resolve6(hostname)
                : promisesResolver.resolve4(hostname));
            return found.map((address) => ({ address, family: six ? 6 : 4 }));
        } catch (error) {
            throw lookupError(hostname, error as NodeJS.ErrnoException);
        } finally {
            pending--;
        }
    };

    replace(dns, "lookup", (hostname: string, ...rest: unknown[]): void => {
        const callback = rest.at(-1) as LookupCallback;
        const options = lookupOptions(rest.length > 1 ? rest[0] : undefined);
        find(hostname, options).then(
            (found) =>
                options.all
                    ? callback(null, found)
                    : callback(null, found[0]?.address, found[0]?.family),
            (error: NodeJS.ErrnoException) => callback(error),
        );
    });
    replace(dns.promises, "lookup", async (hostname: string, given?: unknown) => {
        const options = lookupOptions(given);
        const found = await find(hostname, options);
        return options.all ? found : found[0];
    });
    return () => pending;
}

function lookupOptions(given: unknown): dns.LookupOptions {
    return typeof given === "number"
        ? { family: given }
        : typeof given === "object" && given !== null
          ? given
          : {};
}

/** `getaddrinfo` knows two failures: the name has no address, and nobody answered. */
function lookupError(hostname: string, cause: NodeJS.ErrnoException): NodeJS.ErrnoException {
    const code = cause.code === "ENOTFOUND" || cause.code === "ENODATA" ? "ENOTFOUND" : "EAI_AGAIN";
    return Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), {
        code,
        syscall: "getaddrinfo",
        hostname,
    });
}

function bind(target: object, resolver: object, name: string): void {
    const method = (resolver as Record<string, unknown>)[name];
    if (typeof method === "function") {
        replace(target, name, (method as (...args: unknown[]) => unknown).bind(resolver));
    }
}

function replace(target: object, name: string, value: unknown): void {
    Object.defineProperty(target, name, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
    });
}
