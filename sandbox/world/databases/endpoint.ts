import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import tls from "node:tls";

import { instancesOf, writerNameOf } from "../../aws/rds/members";
import { text } from "../../aws/support/known";
import type { Certificates } from "../certificates";
import { HeldSockets } from "../heldSockets";
import type { StoredResource } from "../store";
import type { World } from "../world";
import type { PostgresServer } from "./postgres";
import { refuseSignIn } from "./signIn";
import { askForPassword, fatal, readOpening, readPassword, startupMessage } from "./startup";

export const databasePort = 5432;

export interface EndpointOptions {
    readonly address: string;
    /** As the account has it now. */
    readonly cluster: () => StoredResource;
    /** The server behind it, when one runs. */
    readonly server: () => PostgresServer | undefined;
}

/**
 * The endpoints of one cluster: TLS, a sign-in by IAM, and from then on PostgreSQL itself. They are in a
 * private network, so that nobody outside their own region reaches them, and a fault cuts them off.
 */
export class DatabaseEndpoint {
    readonly #held: HeldSockets;
    readonly #sockets = new Set<net.Socket>();
    #server: net.Server | undefined;
    #context: tls.SecureContext | undefined;

    constructor(
        private readonly world: World,
        private readonly certificates: Certificates,
        readonly options: EndpointOptions,
    ) {
        this.#held = new HeldSockets(world.faults);
    }

    /** Leads to the instance that writes. */
    get writerName(): string {
        return writerNameOf(this.options.cluster().outputs);
    }

    /** Leads to instances that only read, where there are any. */
    get readerName(): string {
        return text(this.options.cluster().outputs, "readerEndpoint") ?? "";
    }

    async start(): Promise<void> {
        const names = [this.writerName, this.readerName];
        this.#context = tls.createSecureContext(await this.certificates.for(names));
        const server = net.createServer((socket) => this.#accept(socket));
        this.#server = server;
        const { address } = this.options;
        const port = this.world.network.portFor(databasePort);
        await new Promise<void>((resolve, reject) => {
            server.once("error", (error: NodeJS.ErrnoException) =>
                reject(
                    error.code === "EADDRINUSE"
                        ? new Error(
                              `a database cannot listen on ${address}:${port}: the port is in use; stop what uses it or choose another https port`,
                              { cause: error },
                          )
                        : error,
                ),
            );
            server.listen(port, address, resolve);
        });
    }

    /** A cluster's writer endpoint is in service while it has the writer: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-connecting.html */
    announce(writes: boolean): void {
        const { network } = this.world;
        network.register(this.readerName, [this.options.address]);
        network.register(this.writerName, writes ? [this.options.address] : []);
    }

    async stop(): Promise<void> {
        const { network } = this.world;
        network.register(this.readerName, []);
        network.register(this.writerName, []);
        this.#held.stop();
        this.#sockets.forEach((socket) => socket.destroy());
        const server = this.#server;
        this.#server = undefined;
        await new Promise<void>((resolve) =>
            server === undefined ? resolve() : server.close(() => resolve()),
        );
        network.releaseAddress(this.options.address);
    }

    #accept(socket: net.Socket): void {
        const { network, faults } = this.world;
        const from = network.placeOf(socket.remoteAddress ?? "");
        const { region } = this.options.cluster();
        const client: Client = {
            from: from.name,
            isCut: () => from.region !== region || !faults.reachable(from.region, region),
        };
        this.#keep(socket);
        this.#listen(socket, client, (bytes) => {
            const read = readOpening(bytes);
            if (read === undefined) {
                return bytes;
            }
            if (read.opening.kind === "ssl") {
                this.#encrypt(socket, client);
            } else {
                socket.end(fatal("28000", "no pg_hba.conf entry for host, no encryption"));
            }
            return undefined;
        });
    }

    #encrypt(socket: net.Socket, client: Client): void {
        socket.write("S");
        const secure = new tls.TLSSocket(socket, {
            isServer: true,
            ...(this.#context === undefined ? {} : { secureContext: this.#context }),
        });
        this.#keep(secure);
        this.#listen(secure, client, (bytes) => {
            const read = readOpening(bytes);
            if (read === undefined) {
                return bytes;
            }
            if (read.opening.kind !== "startup") {
                secure.destroy();
                return undefined;
            }
            this.#askWho(secure, client, read.opening.parameters);
            return undefined;
        });
    }

    #askWho(secure: tls.TLSSocket, client: Client, parameters: Parameters): void {
        secure.write(askForPassword);
        this.#listen(secure, client, (bytes) => {
            const password = readPassword(bytes);
            if (password === undefined) {
                return bytes;
            }
            void this.#signIn(secure, client, parameters, password).catch(() => secure.destroy());
            return undefined;
        });
    }

    async #signIn(
        secure: tls.TLSSocket,
        client: Client,
        parameters: Parameters,
        password: string,
    ): Promise<void> {
        const { clock, journal } = this.world;
        const cluster = this.options.cluster();
        const server = this.options.server();
        if (server === undefined) {
            secure.destroy();
            return;
        }
        const host = `${secure.servername || this.writerName}:${databasePort}`;
        const user = parameters["user"] ?? "";
        const refusal = await clock.io(() =>
            refuseSignIn(this.world, cluster, server, { user, password, host }),
        );
        journal.add({
            atMs: clock.now(),
            caller: client.from,
            plane: "data",
            service: "rds-db",
            action: "connect",
            region: cluster.region,
            outcome: refusal === undefined ? "ok" : "refused",
        });
        if (refusal !== undefined) {
            this.#note(`${refusal.message}: ${refusal.why}`);
            secure.end(fatal(refusal.code, refusal.message));
            return;
        }
        this.#join(secure, client, server, this.#parametersFor(secure.servername, parameters));
    }

    /** A reader endpoint leads to readers once there is one beside the instance that writes. */
    #parametersFor(name: tls.TLSSocket["servername"], parameters: Parameters): Parameters {
        const readers = instancesOf(this.world.store, this.options.cluster()).length - 1;
        return name === this.readerName && readers > 0
            ? {
                  ...parameters,
                  options: `${parameters["options"] ?? ""} -c default_transaction_read_only=on`,
              }
            : parameters;
    }

    #join(
        secure: tls.TLSSocket,
        client: Client,
        server: PostgresServer,
        parameters: Parameters,
    ): void {
        const upstream = net.connect(server.socket);
        this.#keep(upstream);
        upstream.write(startupMessage(parameters));
        upstream.on("data", (bytes) => {
            if (client.isCut()) {
                // The answer is lost on its way; what was committed stays so.
                upstream.destroy();
            } else {
                secure.write(bytes);
            }
        });
        this.#listen(secure, client, (bytes) => {
            upstream.write(bytes);
            return Buffer.alloc(0);
        });
        upstream.on("close", () => {
            if (client.isCut()) {
                this.#held.hold(secure, client.isCut);
            } else {
                secure.end();
            }
        });
        secure.on("close", () => upstream.destroy());
    }

    /**
     * Gives what arrives to `take`, which returns what it has no use for yet, or undefined when somebody
     * else takes what comes next. A client that is cut off gets silence.
     */
    #listen(socket: net.Socket, client: Client, take: (bytes: Buffer) => Buffer | undefined): void {
        let waiting = Buffer.alloc(0);
        socket.removeAllListeners("data");
        socket.on("data", (chunk: Buffer) => {
            if (client.isCut()) {
                socket.removeAllListeners("data");
                this.#held.hold(socket, client.isCut);
                return;
            }
            const rest = take(Buffer.concat([waiting, chunk]));
            waiting = Buffer.from(rest ?? []);
        });
    }

    /** The client is not told why. @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.Troubleshooting.html */
    #note(line: string): void {
        const folder = path.join(this.world.home, "logs");
        fs.mkdirSync(folder, { recursive: true });
        fs.appendFileSync(
            path.join(folder, `iam-db-auth-error-${this.options.cluster().region}.log`),
            `${new Date(this.world.clock.now()).toISOString()} ${line}\n`,
        );
    }

    #keep(socket: net.Socket): void {
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
        socket.on("error", () => socket.destroy());
    }
}

type Parameters = Readonly<Record<string, string>>;

interface Client {
    /** Name of the place, for the record of calls. */
    readonly from: string;
    readonly isCut: () => boolean;
}
