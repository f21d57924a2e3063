import fs from "node:fs";
import net from "node:net";
import tls from "node:tls";

import type { InsideSettings } from "./settings";

/** A port that the program asked for, and the one that stands for it on its address. */
export interface Listening {
    readonly asked: number;
    readonly port: number;
}

/**
 * Puts the program's sockets on the world's wires: they leave from the program's own address, 443
 * and 80 become the world's ports, "all interfaces" becomes the program's one address, only the
 * world's authority is trusted, and nothing reaches any machine but this one.
 */
export function patchWires(
    settings: InsideSettings,
    on: {
        readonly listening?: (listening: Listening) => void;
        readonly connecting?: (socket: net.Socket) => void;
    } = {},
): void {
    patchConnect(settings, on.connecting ?? (() => {}));
    patchListen(settings, on.listening ?? (() => {}));
    patchTrust(fs.readFileSync(settings.caFile, "utf8"));
}

function patchConnect(settings: InsideSettings, onConnecting: (socket: net.Socket) => void): void {
    const ports: Readonly<Record<number, number>> = {
        443: settings.ports.https,
        80: settings.ports.http,
        // A cache's and a database's, which have addresses of their own.
        6379: settings.ports.https,
        5432: settings.ports.https,
    };
    const connect = method(net.Socket.prototype, "connect");

    net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]): net.Socket {
        // `net.connect` hands over the arguments as one array it has already sorted out.
        const list: unknown[] = Array.isArray(args[0]) ? args[0] : args;
        const { options, callback } = connectArguments(list);
        // An HTTP agent sets the path of what is no pipe to null.
        if ("path" in options && typeof options.path === "string") {
            return Reflect.apply(connect, this, args) as net.Socket;
        }
        const target = options as net.TcpSocketConnectOpts;
        const host = target.host ?? "localhost";
        // The program's own loopback interface: its own two ends talk without the network.
        const own = host === "localhost" || host === "127.0.0.1" || host === "::1";
        if (!own && net.isIP(host) !== 0 && !isLoopback(host)) {
            process.nextTick(() => this.destroy(unreachable(host, target.port)));
            return this;
        }
        const port = ports[Number(target.port)] ?? target.port;
        const six = target.family === 6 || host.includes(":");
        const localAddress = six ? `::ffff:${settings.egress}` : settings.egress;
        onConnecting(this);
        const aimed = own ? target : { ...target, port, localAddress };
        return Reflect.apply(
            connect,
            this,
            callback === undefined ? [aimed] : [aimed, callback],
        ) as net.Socket;
    };
}

function connectArguments(list: readonly unknown[]): {
    options: net.SocketConnectOpts;
    callback: unknown;
} {
    const [target, host] = list;
    const last = list.at(-1);
    const callback = typeof last === "function" ? last : undefined;
    if (typeof target === "object" && target !== null) {
        return { options: target as net.SocketConnectOpts, callback };
    }
    if (typeof target === "string" && Number.isNaN(Number(target))) {
        return { options: { path: target }, callback };
    }
    return {
        options: { port: Number(target), ...(typeof host === "string" ? { host } : {}) },
        callback,
    };
}

function patchListen(settings: InsideSettings, onListening: (listening: Listening) => void): void {
    const listen = method(net.Server.prototype, "listen");

    net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]): net.Server {
        const { asked, aimed } = listenArguments(args, settings.address);
        if (asked !== undefined) {
            this.once("listening", () => {
                const address = this.address();
                if (typeof address === "object" && address !== null) {
                    onListening({ asked, port: address.port });
                }
            });
        }
        return Reflect.apply(listen, this, aimed) as net.Server;
    };
}

/**
 * The same arguments with "all interfaces" as the program's one address, and a port that is free
 * there: a second world on this machine has the same addresses.
 */
function listenArguments(
    args: readonly unknown[],
    address: string | undefined,
): { readonly asked?: number; readonly aimed: readonly unknown[] } {
    const everywhere = (host: unknown): boolean =>
        address !== undefined && (host === undefined || host === "0.0.0.0" || host === "::");
    const [first, ...rest] = args;
    if (typeof first === "object" && first !== null && "port" in first) {
        return everywhere("host" in first ? first.host : undefined)
            ? {
                  asked: Number(first.port),
                  aimed: [{ ...first, host: address, port: 0 }, ...rest],
              }
            : { aimed: args };
    }
    if (typeof first === "number" || (typeof first === "string" && /^\d+$/.test(first))) {
        const [host, ...others] = typeof rest[0] === "string" ? rest : [undefined, ...rest];
        return everywhere(host)
            ? { asked: Number(first), aimed: [0, address, ...others] }
            : { aimed: args };
    }
    return { aimed: args };
}

/** In the world, its authority stands for every public one. */
function patchTrust(ca: string): void {
    const create = tls.createSecureContext;
    Object.defineProperty(tls, "createSecureContext", {
        value: (options: tls.SecureContextOptions = {}) => create({ ca, ...options }),
        configurable: true,
        enumerable: true,
        writable: true,
    });
}

/** A method as a function that is called with its `this`. */
function method(target: object, name: string): (...args: unknown[]) => unknown {
    return Reflect.get(target, name) as (...args: unknown[]) => unknown;
}

function isLoopback(host: string): boolean {
    return /^(::ffff:)?127\./i.test(host);
}

function unreachable(host: string, port: number | string): NodeJS.ErrnoException {
    return Object.assign(
        new Error(`connect ENETUNREACH ${host}:${port} - only the world's addresses are reachable`),
        { code: "ENETUNREACH", syscall: "connect", address: host, port: Number(port) },
    );
}
